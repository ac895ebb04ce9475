//! Look-ups that wait together share one question.
//!
//! Where the database is another process, a look-up costs the way there and back and hardly anything else. Whoever looks
//! up while others are under way therefore waits for the next question, which asks for all who wait. Nobody waits for
//! company: who comes alone asks alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::store::{self, Shown};
use crate::code::OrderCode;
use crate::db::{Tx, patience};
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::state::App;

/// Questions under way at once: one is being answered while the next one travels.
const MOST_QUESTIONS: usize = 2;

/// No question asks for more codes than these.
const MOST_TOGETHER: usize = 64;

/// The queue of those who look up.
#[derive(Clone, Default)]
pub struct LookUps(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    entries: Vec<Entry>,
    questions: usize,
}

struct Entry {
    code: OrderCode,
    reply: oneshot::Sender<Option<Shown>>,
}

/// A place among the questions under way. It is given up once, however the question ends: nobody may wait any more, the
/// database may fail, or whoever asks may have been given up on long before the database answers.
struct Question {
    look_ups: LookUps,
    is_over: bool,
}

impl LookUps {
    /// What is kept ready of an order; none has this code.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer, or not in time.
    pub async fn find(&self, app: &App, code: &OrderCode) -> Result<Option<Shown>> {
        let (reply, answer) = oneshot::channel();
        if let Some(question) = self.join(Entry { code: code.clone(), reply }) {
            let app = app.clone();
            // Not awaited by whoever began it: it asks for others too, and goes on when they hang up.
            drop(actix_web::rt::spawn(async move {
                if let Err(error) = app.read(&Actor::System, move |tx| question.ask(tx)).await {
                    tracing::error!(%error, "look-ups failed together");
                }
            }));
        }
        let answered = async {
            match patience::while_it_lasts(answer).await {
                Some(Ok(answer)) => Ok(answer),
                Some(Err(_)) | None => Err(Error::Unavailable),
            }
        };
        app.db.unless_away(answered).await
    }

    /// Waits. Where there is room for one more question, the caller has to see that it is asked.
    fn join(&self, entry: Entry) -> Option<Question> {
        let mut waiting = self.waiting();
        waiting.entries.push(entry);
        let has_room = waiting.questions < MOST_QUESTIONS;
        waiting.questions += usize::from(has_room);
        has_room.then(|| Question { look_ups: self.clone(), is_over: false })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question {
    /// Asks for all who wait, until nobody does.
    fn ask(mut self, tx: &mut Tx) -> Result<()> {
        while let Some(entries) = self.next() {
            let codes: Vec<_> = entries.iter().map(|entry| entry.code.as_str()).collect();
            let found = store::by_codes(tx, &codes)?;
            answer(entries, found);
        }
        Ok(())
    }

    /// Those to ask for next; with nobody the question is over.
    fn next(&mut self) -> Option<Vec<Entry>> {
        let mut waiting = self.look_ups.waiting();
        if waiting.entries.is_empty() {
            // Under the same lock: whoever comes now has to find room for a question of their own.
            waiting.questions -= 1;
            self.is_over = true;
            return None;
        }
        let most = waiting.entries.len().min(MOST_TOGETHER);
        Some(waiting.entries.drain(..most).collect())
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut waiting = self.look_ups.waiting();
        waiting.questions -= 1;
        if waiting.questions == 0 {
            // Nobody is left to ask for them: they are told so as their entries are dropped.
            waiting.entries.clear();
        }
    }
}

fn answer(entries: Vec<Entry>, found: Vec<Shown>) {
    let found: HashMap<_, _> = found.into_iter().map(|shown| (shown.code.clone(), shown)).collect();
    for entry in entries {
        let shown = found.get(entry.code.as_str()).cloned();
        // Whoever hung up meanwhile does not hear of it.
        drop(entry.reply.send(shown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answer = oneshot::Receiver<Option<Shown>>;

    fn join(look_ups: &LookUps) -> (Option<Question>, Answer) {
        let (reply, answer) = oneshot::channel();
        (look_ups.join(Entry { code: OrderCode::generate("TG"), reply }), answer)
    }

    fn asked(question: &mut Question) -> usize {
        question.next().map_or(0, |entries| entries.len())
    }

    #[test]
    fn who_comes_while_questions_are_under_way_waits_for_the_next() {
        let look_ups = LookUps::default();
        let [first, second, third, fourth] = [(); 4].map(|()| join(&look_ups).0);
        let (mut first, mut second) = (first.unwrap(), second.unwrap());
        assert!(third.is_none() && fourth.is_none());
        assert_eq!(asked(&mut first), 4, "one question for all who wait");
        assert!(join(&look_ups).0.is_none(), "the other question is still to come");
        assert_eq!(asked(&mut second), 1);
        assert_eq!((asked(&mut first), asked(&mut second)), (0, 0));
        assert_eq!(look_ups.waiting().questions, 0);
        // They have given their places up, and do so once.
        drop((first, second));
        assert_eq!(look_ups.waiting().questions, 0);
        assert!(join(&look_ups).0.is_some());
    }

    #[test]
    fn no_question_asks_for_everybody() {
        let look_ups = LookUps::default();
        let mut question = join(&look_ups).0.unwrap();
        let others: Vec<_> = (0..MOST_TOGETHER + 2).map(|_| join(&look_ups)).collect();
        assert_eq!(asked(&mut question), MOST_TOGETHER);
        assert_eq!(asked(&mut question), 3);
        drop(others);
    }

    #[test]
    fn a_question_that_fails_leaves_its_place_and_nobody_waiting() {
        let look_ups = LookUps::default();
        let (first, _) = join(&look_ups);
        let (second, answer) = join(&look_ups);
        drop(first);
        assert_eq!(look_ups.waiting().entries.len(), 2, "there is one that asks for them");
        drop(second);
        assert!(answer.blocking_recv().is_err());
        assert_eq!(look_ups.waiting().questions, 0);
        assert!(join(&look_ups).0.is_some());
    }
}
