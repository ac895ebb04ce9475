//! Look-ups that wait together share one question.
//!
//! Where the database is another process, a look-up costs the way there and back and hardly anything else. Whoever looks
//! up while others are under way therefore waits for the next question, which asks for all who wait. Nobody waits for
//! company: who comes alone asks alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::store::{self, Shown};
use crate::code::OrderCode;
use crate::db::{PATIENCE, Tx};
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
    reply: oneshot::Sender<Result<Option<Shown>>>,
}

impl LookUps {
    /// What is kept ready of an order; none has this code.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer, or not in time.
    pub async fn find(&self, app: &App, code: &OrderCode) -> Result<Option<Shown>> {
        let (reply, answer) = oneshot::channel();
        if self.join(Entry { code: code.clone(), reply }) {
            let (app, question, refusal) = (app.clone(), self.clone(), self.clone());
            // Not awaited by whoever began it: it asks for others too, and goes on when they hang up.
            drop(actix_web::rt::spawn(async move {
                if let Err(error) = app.read(&Actor::System, move |tx| question.ask(tx)).await {
                    tracing::error!(%error, "look-ups failed together");
                    refusal.refuse();
                }
            }));
        }
        match actix_web::rt::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable),
        }
    }

    /// Waits. `true` says that there is room for one more question, and the caller has to see that it is asked.
    fn join(&self, entry: Entry) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entries.push(entry);
        let has_room = waiting.questions < MOST_QUESTIONS;
        waiting.questions += usize::from(has_room);
        has_room
    }

    /// Those to ask for next. When nobody waits any more, the question is over.
    fn next(&self) -> Option<Vec<Entry>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.entries.is_empty() {
            waiting.questions -= 1;
            return None;
        }
        let most = waiting.entries.len().min(MOST_TOGETHER);
        Some(waiting.entries.drain(..most).collect())
    }

    fn ask(&self, tx: &mut Tx) -> Result<()> {
        while let Some(entries) = self.next() {
            let codes: Vec<_> = entries.iter().map(|entry| entry.code.as_str()).collect();
            let found = store::by_codes(tx, &codes)?;
            answer(entries, found);
        }
        Ok(())
    }

    /// Ends the question without an answer: whoever waits is told so as their entries are dropped.
    fn refuse(&self) {
        while self.next().is_some() {}
    }
}

fn answer(entries: Vec<Entry>, found: Vec<Shown>) {
    let found: HashMap<_, _> = found.into_iter().map(|shown| (shown.code.clone(), shown)).collect();
    for entry in entries {
        let shown = found.get(entry.code.as_str()).cloned();
        // Whoever hung up meanwhile does not hear of it.
        drop(entry.reply.send(Ok(shown)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> OrderCode {
        OrderCode::generate("TG")
    }

    #[test]
    fn who_comes_while_questions_are_under_way_waits_for_the_next() {
        let look_ups = LookUps::default();
        let mut answers = Vec::new();
        let mut join = || {
            let (reply, answer) = oneshot::channel();
            answers.push(answer);
            look_ups.join(Entry { code: code(), reply })
        };
        assert_eq!([join(), join(), join(), join()], [true, true, false, false]);
        let first = look_ups.next().unwrap();
        assert_eq!(first.len(), 4, "one question for all who wait");
        assert!(!join(), "the other question is still to come");
        assert_eq!(look_ups.next().unwrap().len(), 1);
        // Both questions find nobody any more, and make room for others.
        assert!(look_ups.next().is_none() && look_ups.next().is_none());
        assert!(join());
    }

    #[test]
    fn no_question_asks_for_everybody() {
        let look_ups = LookUps::default();
        for _ in 0..MOST_TOGETHER + 3 {
            look_ups.join(Entry { code: code(), reply: oneshot::channel().0 });
        }
        assert_eq!(look_ups.next().unwrap().len(), MOST_TOGETHER);
        assert_eq!(look_ups.next().unwrap().len(), 3);
    }

    #[test]
    fn who_waits_is_told_that_there_will_be_no_answer() {
        let look_ups = LookUps::default();
        let (reply, answer) = oneshot::channel();
        assert!(look_ups.join(Entry { code: code(), reply }));
        look_ups.refuse();
        assert!(answer.blocking_recv().is_err());
        assert!(look_ups.join(Entry { code: code(), reply: oneshot::channel().0 }), "the question is over");
    }
}
