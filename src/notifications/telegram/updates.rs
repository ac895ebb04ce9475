//! What is said to the bot, read without trust: only private chats, only what we act on.

use serde_json::Value;

use crate::texts::Lang;

/// The kinds of updates that we ask Telegram for.
pub const KINDS: [&str; 2] = ["message", "my_chat_member"];

/// More than a true `/start` carries is no token of ours.
const TOKEN_MAX_CHARS: usize = 64;

/// Something that happened in a chat with the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Telegram's number of it; it takes effect once.
    pub id: i64,
    /// Where and what, when it is for us.
    pub heard: Option<Heard>,
}

/// Words to the bot, or what somebody did with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The private chat.
    pub chat_id: i64,
    /// The language of their Telegram.
    pub language: Lang,
    /// What they said.
    pub what: What,
}

/// What somebody said to the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// They came by a deep link.
    Start(String),
    /// They want no messages here any more.
    Stop,
    /// They blocked the bot.
    Blocked,
    /// They let it speak again.
    Unblocked,
    /// Anything else.
    Words,
}

/// Reads an update; nothing from what has not even a number.
pub fn read(update: &Value) -> Option<Update> {
    let id = update["update_id"].as_i64()?;
    let heard = message(&update["message"]).or_else(|| membership(&update["my_chat_member"]));
    Some(Update { id, heard })
}

fn message(message: &Value) -> Option<Heard> {
    let chat_id = private_chat(message)?;
    let what = message["text"].as_str().map_or(What::Words, said);
    Some(Heard { chat_id, language: language(message), what })
}

fn membership(change: &Value) -> Option<Heard> {
    let chat_id = private_chat(change)?;
    let what = match change["new_chat_member"]["status"].as_str()? {
        "kicked" => What::Blocked,
        "member" => What::Unblocked,
        _ => return None,
    };
    Some(Heard { chat_id, language: language(change), what })
}

/// In a group anybody could end what somebody else began, so the bot is deaf there.
fn private_chat(said: &Value) -> Option<i64> {
    let chat = &said["chat"];
    (chat["type"] == "private").then(|| chat["id"].as_i64()).flatten()
}

fn language(said: &Value) -> Lang {
    said["from"]["language_code"].as_str().and_then(|code| code.parse().ok()).unwrap_or_default()
}

fn said(text: &str) -> What {
    let mut words = text.split_whitespace();
    // `/start@OurBot` is the same command.
    let command = words.next().unwrap_or_default().split('@').next().unwrap_or_default();
    match (command, words.next()) {
        ("/start", Some(token)) if token.len() <= TOKEN_MAX_CHARS => What::Start(token.to_owned()),
        ("/stop", _) => What::Stop,
        _ => What::Words,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn heard(update: Value) -> Option<(i64, Lang, What)> {
        let heard = read(&update).unwrap().heard?;
        Some((heard.chat_id, heard.language, heard.what))
    }

    fn words(text: &str) -> Value {
        let chat = json!({"id": 4711, "type": "private"});
        json!({"update_id": 1, "message": {"chat": chat, "from": {"language_code": "ky"}, "text": text}})
    }

    #[test]
    fn commands_are_known_by_their_first_word() {
        for (text, what) in [
            ("/start abc_-1", What::Start("abc_-1".to_owned())),
            ("/start@ToruBot  abc ", What::Start("abc".to_owned())),
            ("/start", What::Words),
            ("/stop", What::Stop),
            ("/stop@ToruBot now", What::Stop),
            ("/stopped", What::Words),
            ("салам /stop", What::Words),
            ("", What::Words),
        ] {
            assert_eq!(heard(words(text)), Some((4711, Lang::Ky, what)), "{text}");
        }
        assert_eq!(heard(words(&format!("/start {}", "a".repeat(65)))).unwrap().2, What::Words);
    }

    #[test]
    fn what_is_not_for_us_has_a_number_and_nothing_else() {
        for update in [
            json!({"update_id": 7}),
            json!({"update_id": 7, "edited_message": words("/stop")["message"]}),
            json!({"update_id": 7, "message": {"chat": {"id": -5, "type": "group"}, "text": "/stop"}}),
            json!({"update_id": 7, "message": {"chat": {"id": "4711", "type": "private"}, "text": "/stop"}}),
            json!({"update_id": 7, "message": [1, 2], "my_chat_member": "x"}),
            json!({"update_id": 7, "my_chat_member": {"chat": {"id": 1, "type": "private"}, "new_chat_member": {}}}),
        ] {
            assert_eq!(read(&update), Some(Update { id: 7, heard: None }), "{update}");
        }
        for nothing in [json!(null), json!([]), json!({}), json!({"update_id": "7"}), json!({"update_id": 1.5})] {
            assert_eq!(read(&nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_picture_is_words_and_a_block_is_heard() {
        let chat = json!({"id": 4711, "type": "private"});
        let picture = json!({"update_id": 1, "message": {"chat": chat, "photo": []}});
        assert_eq!(heard(picture).unwrap(), (4711, Lang::Ru, What::Words));
        for (status, what) in [("kicked", What::Blocked), ("member", What::Unblocked)] {
            let change =
                json!({"chat": chat, "from": {"language_code": "en-GB"}, "new_chat_member": {"status": status}});
            assert_eq!(heard(json!({"update_id": 1, "my_chat_member": change})).unwrap(), (4711, Lang::En, what));
        }
    }
}
