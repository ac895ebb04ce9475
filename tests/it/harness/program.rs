//! The built program, run as somebody at a shell would run it, in a folder and an environment of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use super::record::Record;

/// A folder to run the program in; the embedded database and the temporary files of each run are in it.
pub struct Shell {
    folder: TempDir,
    settings: Vec<(String, String)>,
}

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// What a successful run printed; any other fails the test and shows what it said.
    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        &self.out
    }

    /// What a failed run complained of.
    #[track_caller]
    pub fn failed(&self) -> &str {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        &self.err
    }
}

impl Shell {
    /// An empty folder, nothing reaching outside, any free port, and a log that a test can read.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("tmp")).expect("a folder in it");
        Self { folder, settings: Vec::new() }
            .set("TORUGART__SERVER__PORT", "0")
            .set("TORUGART__RATES__URL", "")
            .set("TORUGART__LOG__FORMAT", "json")
    }

    /// An environment variable of every run.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The URL of the database that the program uses unless it is told otherwise.
    pub fn database_url(&self) -> String {
        format!("sqlite://{}", self.path("data/torugart.db").display())
    }

    /// What the program left in its temporary folder.
    pub fn left_over(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path("tmp")).expect("the folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_torugart"));
        command.args(args).current_dir(self.folder.path()).env_clear().env("TMPDIR", self.path("tmp"));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub fn run(&self, args: &[&str]) -> Outcome {
        self.run_typing(args, "")
    }

    /// Runs to the end with this on standard input.
    pub fn run_typing(&self, args: &[&str], typed: &str) -> Outcome {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().expect("the program starts");
        // A program that fails before it reads has closed the pipe.
        let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Starts a command that stays.
    pub fn start(&self, args: &[&str]) -> Running {
        let mut child = self.command(args).stdin(Stdio::null()).spawn().expect("the program starts");
        let out = lines(child.stdout.take().expect("a pipe"));
        let log = lines(child.stderr.take().expect("a pipe"));
        Running { child, out, log }
    }
}

impl Default for Shell {
    fn default() -> Self {
        Self::new()
    }
}

/// A command that stays; it is killed when this is dropped.
pub struct Running {
    child: Child,
    out: Arc<Record<Option<String>>>,
    log: Arc<Record<Option<String>>>,
}

/// Lines as they come; `None` is the end.
fn lines(from: impl Read + Send + 'static) -> Arc<Record<Option<String>>> {
    let record = Arc::new(Record::new());
    let written = Arc::clone(&record);
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            written.push(Some(line));
        }
        written.push(None);
    });
    record
}

fn is_over(lines: &[Option<String>]) -> bool {
    lines.last().is_some_and(Option::is_none)
}

impl Running {
    /// Waits until an entry of the log begins so, and gives it.
    #[track_caller]
    pub fn logged(&self, message: &str) -> Value {
        let entry = |lines: &[Option<String>]| {
            let mut entries = lines.iter().flatten().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            entries.find(|entry| entry["message"].as_str().is_some_and(|text| text.starts_with(message)))
        };
        let lines = self.log.wait_until(|lines| is_over(lines) || entry(lines).is_some());
        entry(&lines).unwrap_or_else(|| panic!("it ended without saying {message:?}: {lines:?}"))
    }

    /// Stops it, and gives all that it logged and printed.
    pub fn last_words(self) -> String {
        let (out, log) = (Arc::clone(&self.out), Arc::clone(&self.log));
        assert!(self.stop("TERM").success());
        let lines = [out.wait_until(is_over), log.wait_until(is_over)].concat();
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// `http://127.0.0.1:port`, once it listens.
    #[track_caller]
    pub fn url(&self) -> String {
        format!("http://{}", self.logged("listening")["address"].as_str().expect("an address"))
    }

    /// Waits until a line with this is printed, and gives everything printed so far.
    #[track_caller]
    pub fn printed(&self, text: &str) -> String {
        let has = |lines: &[Option<String>]| lines.iter().flatten().any(|line| line.contains(text));
        let lines = self.out.wait_until(|lines| is_over(lines) || has(lines));
        assert!(has(&lines), "it ended without printing {text:?}");
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Sends a signal (`TERM`, `INT`) and waits for the end.
    pub fn stop(mut self, signal: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", signal, &id]).status().expect("a shell");
        assert!(sent.success());
        self.log.wait_until(is_over);
        self.child.wait().expect("it ended")
    }
}

impl Running {
    /// Ends it and gives every line of its log.
    pub fn whole_log(self) -> Vec<String> {
        let log = Arc::clone(&self.log);
        self.stop("TERM");
        log.all().into_iter().flatten().collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file below the folder, with this text.
pub fn file(shell: &Shell, name: &str, text: &str) -> String {
    let path: &Path = &shell.path(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
    std::fs::write(path, text).expect("a file");
    path.display().to_string()
}
