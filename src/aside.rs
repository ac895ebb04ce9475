//! Threads for work that takes a core for tens of milliseconds and much memory, such as a password: they step back for
//! everybody else, and there are never more of them, so a flood of such work slows others down and grows the memory by no more.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

#[cfg(target_os = "linux")]
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};
use tokio::sync::oneshot;

use crate::error::{Error, Result};

type Job = Box<dyn FnOnce() + Send>;

/// The threads; they end when this is dropped and what was asked for is done.
pub struct Aside {
    jobs: mpsc::Sender<Job>,
}

impl Aside {
    /// So many threads.
    ///
    /// # Errors
    /// [`Error::Startup`] when the system gives no thread.
    pub fn new(threads: usize) -> Result<Self> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let waiting = waiting.clone();
            std::thread::Builder::new()
                .name("aside".to_owned())
                .spawn(move || work(&waiting))
                .map_err(|error| Error::Startup(format!("no thread for passwords: {error}")))?;
        }
        Ok(Self { jobs })
    }

    /// Does something there, when everything that was asked for before has been begun. A caller who goes away does not make
    /// room for another one. A panic costs this request alone.
    ///
    /// # Errors
    /// Only when `work` panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move || {
            // Whoever asked may have gone.
            let _ = answer.send(work());
        });
        self.jobs.send(job).map_err(|_| Error::Unavailable)?;
        answered.await.map_err(|_| Error::panicked())
    }
}

fn work(waiting: &Mutex<mpsc::Receiver<Job>>) {
    step_back();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // The answer is dropped with the job, which tells whoever waits for it.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

/// Has this thread run only while a core has nothing else to do. `nice` alone is not enough: a thread that is worth little still
/// keeps its core for milliseconds after somebody else wakes. Where a thread cannot step back, it is worth as much as all.
fn step_back() {
    #[cfg(target_os = "linux")]
    {
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        if let Err(error) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle) {
            tracing::debug!(?error, "passwords are looked at with the priority of everything else");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        actix_web::rt::System::new().block_on(future)
    }

    #[test]
    fn no_more_is_done_at_once_than_there_are_threads() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let job = || {
            MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::hint::black_box((0..20_000).sum::<u64>());
            NOW.fetch_sub(1, Ordering::SeqCst);
        };
        wait(async {
            let aside = Aside::new(2).expect("threads");
            let all = futures_util::future::join_all((0..200).map(|_| aside.run(job))).await;
            assert!(all.iter().all(Result::is_ok));
        });
        assert!((1..=2).contains(&MOST.load(Ordering::SeqCst)));
    }

    #[test]
    fn a_panic_costs_what_panicked_and_no_thread() {
        wait(async {
            let aside = Aside::new(1).expect("a thread");
            assert!(aside.run(|| panic!("planted")).await.map(|(): ()| ()).is_err());
            assert_eq!(aside.run(|| 7).await.expect("an answer"), 7);
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn its_threads_step_back() {
        let policy =
            wait(async { Aside::new(1).expect("a thread").run(thread_priority::thread_schedule_policy).await });
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        assert_eq!(policy.expect("an answer"), Ok(idle));
    }
}
