//! Texts that a firm wrote itself, in the form of the built-in ones (<https://projectfluent.org>).

use std::collections::BTreeSet;

use fluent_bundle::{FluentArgs, FluentResource};

use super::{Arg, FILES, Lang, Texts, empty};

/// One text, read and ready to be said.
pub struct Own(Texts);

impl Own {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn read(lang: Lang, source: &str) -> Result<Self, String> {
        let indented: String = source.lines().map(|line| format!("    {line}\n")).collect();
        let resource = FluentResource::try_new(format!("own =\n{indented}")).map_err(|(_, errors)| {
            errors
                .first()
                .map_or_else(|| "it cannot be read".to_owned(), |error| format!("it cannot be read: {}", error.kind))
        })?;
        let mut texts = empty(lang);
        let is_whole =
            texts.add_resource(resource).is_ok() && texts.get_message("own").is_some_and(|own| own.value().is_some());
        if is_whole { Ok(Self(texts)) } else { Err("it says nothing".to_owned()) }
    }

    /// The words.
    ///
    /// # Errors
    /// What is missing or goes in circles.
    pub fn say(&self, args: &[(&str, Arg)]) -> Result<String, String> {
        let args: FluentArgs = args.iter().copied().collect();
        let pattern = self.0.get_message("own").and_then(|own| own.value()).ok_or("it says nothing")?;
        let mut errors = Vec::new();
        let words = self.0.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        match errors.first() {
            Some(error) => Err(error.to_string()),
            // What a function that was given something else leaves behind.
            None if words.contains("SOM()") => Err("SOM() takes a sum, and only one".to_owned()),
            None => Ok(words),
        }
    }
}

/// A built-in text as it stands in its file, to begin one's own with.
pub fn source(lang: Lang, key: &str) -> Option<String> {
    let file = FILES[lang as usize];
    let head = format!("\n{key} =");
    let rest = &file[file.find(&head)? + head.len()..];
    let (first, following) = rest.split_once('\n').unwrap_or((rest, ""));
    let following: Vec<_> = following.lines().take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    let indent =
        following.iter().filter(|line| !line.is_empty()).map(|line| line.len() - line.trim_start().len()).min();
    let mut lines = vec![first.trim()];
    lines.extend(following.iter().map(|line| line.get(indent.unwrap_or(0)..).unwrap_or_default()));
    Some(lines.join("\n").trim().to_owned())
}

/// The names of the values that a text speaks of, in all of its branches.
pub fn variables(source: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut depth = 0_usize;
    for (at, sign) in source.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '$' if depth > 0 => {
                let name = &source[at + 1..];
                let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
                found.insert(&name[..end]);
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> impl Iterator<Item = &'static str> {
        FILES[0]
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key)
            .filter(|key| !key.starts_with([' ', '#', '[', '*']))
    }

    #[test]
    fn a_built_in_text_can_be_taken_over_word_for_word() {
        let mut compared = 0;
        for key in keys().filter(|key| key.starts_with("sms-") || key.starts_with("mail-")) {
            for lang in Lang::ALL {
                let source = source(lang, key).unwrap_or_else(|| panic!("{key} is not found"));
                for number in [0, 1, 124_500] {
                    let args: Vec<_> = variables(&source).into_iter().map(|name| (name, Arg::Num(number))).collect();
                    let own = Own::read(lang, &source).and_then(|own| own.say(&args));
                    assert_eq!(own, Ok(super::super::text(lang, key, &args)), "{key}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 100);
    }

    #[test]
    fn a_text_that_cannot_be_said_says_why() {
        for broken in ["{ $code", "{ $code -> [one] x }", "", "   ", "{"] {
            assert!(Own::read(Lang::Ru, broken).is_err(), "{broken}");
        }
        for unsayable in ["{ $nobody }", "{ own }", "{ date }", "{ NOBODY($code) }", "{ SOM($code) }"] {
            let own = Own::read(Lang::Ru, unsayable).unwrap();
            let said = own.say(&[("code", Arg::Str("TG-1"))]);
            assert!(said.is_err(), "{unsayable}: {said:?}");
        }
        let own = Own::read(Lang::Ru, "a\nb = { $code }\n# c").unwrap();
        assert_eq!(own.say(&[("code", Arg::Str("TG-1"))]), Ok("a\nb = TG-1\n# c".to_owned()));
    }

    #[test]
    fn variables_are_found_in_every_branch_and_nowhere_else() {
        let source = "$5 { $count -> [one] { $code } *[other] { SOM($total_due) } } $x";
        assert_eq!(variables(source).into_iter().collect::<Vec<_>>(), ["code", "count", "total_due"]);
    }
}
