//! One tokeniser for search on the phone and at the office.
//!
//! Words are lower-cased; Chinese is cut into overlapping pairs, plus single characters in the index. A
//! query of two characters and more uses pairs only, so 电源 finds what holds those two side by side.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

fn cut(text: &str, singles: bool) -> Vec<String> {
    let mut terms = Vec::new();
    let mut word = String::new();
    let mut run: Vec<char> = Vec::new();
    let flush_run = |run: &mut Vec<char>, terms: &mut Vec<String>| {
        if singles || run.len() == 1 {
            terms.extend(run.iter().map(char::to_string));
        }
        terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
        run.clear();
    };
    for c in text.chars().chain(std::iter::once(' ')) {
        if is_cjk(c) {
            if !word.is_empty() {
                terms.push(std::mem::take(&mut word));
            }
            run.push(c);
        } else {
            flush_run(&mut run, &mut terms);
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            } else if !word.is_empty() {
                terms.push(std::mem::take(&mut word));
            }
        }
    }
    terms
}

/// A stretch of a text, and whether it is what was searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// Longest excerpt, in characters, and how much of it stands before the first hit.
const EXCERPT: usize = 90;
const BEFORE: usize = 20;

/// May a text hold the term as the beginning of a word? Only the last one that was typed, and only letters and digits:
/// what is Chinese has its pairs.
pub fn is_beginning(terms: &[String], index: usize) -> bool {
    index + 1 == terms.len() && !terms.get(index).is_some_and(|term| term.chars().any(is_cjk))
}

/// The text around what was searched for, and which terms (by their place in `query`) it holds; nothing where it holds none.
pub fn highlighted(text: &str, query: &[String]) -> Option<(Vec<Piece>, Vec<usize>)> {
    let chars: Vec<char> = text.chars().collect();
    let mut hits = vec![false; chars.len()];
    let mut found = Vec::new();
    for (index, term) in query.iter().enumerate() {
        let mut holds = false;
        for (from, to) in places(&chars, term, is_beginning(query, index)) {
            hits[from..to].fill(true);
            holds = true;
        }
        if holds {
            found.push(index);
        }
    }
    let first = hits.iter().position(|hit| *hit)?;
    let from = if chars.len() <= EXCERPT { 0 } else { first.saturating_sub(BEFORE) };
    let to = (from + EXCERPT).min(chars.len());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |c: char, hit: bool| match pieces.last_mut() {
        Some(piece) if piece.hit == hit => piece.text.push(c),
        _ => pieces.push(Piece { text: c.to_string(), hit }),
    };
    if from > 0 {
        push('…', false);
    }
    for (c, hit) in chars[from..to].iter().zip(&hits[from..to]) {
        push(*c, *hit);
    }
    if to < chars.len() {
        push('…', false);
    }
    Some((pieces, found))
}

/// Where a term stands, as places of characters.
fn places(chars: &[char], term: &str, beginning: bool) -> Vec<(usize, usize)> {
    let wanted: Vec<char> = term.chars().collect();
    let mut places = Vec::new();
    if wanted.iter().any(|c| is_cjk(*c)) {
        for (at, window) in chars.windows(wanted.len()).enumerate() {
            if window == wanted {
                places.push((at, at + wanted.len()));
            }
        }
        return places;
    }
    let is_word = |c: char| c.is_alphanumeric() && !is_cjk(c);
    let mut at = 0;
    while at < chars.len() {
        if !is_word(chars[at]) {
            at += 1;
            continue;
        }
        let end = (at..chars.len()).find(|i| !is_word(chars[*i])).unwrap_or(chars.len());
        let word: String = chars[at..end].iter().flat_map(|c| c.to_lowercase()).collect();
        if word == term || (beginning && word.starts_with(term)) {
            places.push((at, end));
        }
        at = end;
    }
    places
}

/// Terms under which a text is found.
pub fn index_terms(text: &str) -> Vec<String> {
    let mut terms = cut(text, true);
    terms.sort();
    terms.dedup();
    terms
}

/// Terms a query asks for; all must be found, the last word may be a beginning.
pub fn query_terms(query: &str) -> Vec<String> {
    let mut terms = cut(query, false);
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_cut_in_pairs_and_latin_in_words() {
        assert_eq!(query_terms("电源 Fan-6205"), ["电源", "fan", "6205"]);
        assert_eq!(query_terms("漏"), ["漏"]);
        assert_eq!(query_terms("压缩机"), ["压缩", "缩机"]);
        let index = index_terms("压缩机 E42");
        for term in ["压", "压缩", "缩机", "e42"] {
            assert!(index.contains(&term.to_owned()), "{term}");
        }
        assert!(query_terms("  ,. ").is_empty());
    }

    #[test]
    fn d16_what_was_searched_for_is_shown_where_it_stands() {
        let told = |text: &str, query: &str| {
            let (pieces, found) = highlighted(text, &query_terms(query))?;
            let marked = |piece: &Piece| match piece.hit {
                true => format!("[{}]", piece.text),
                false => piece.text.clone(),
            };
            Some((pieces.iter().map(marked).collect::<String>(), found))
        };
        for (text, query, shown, found) in [
            ("压缩机异响，漏油", "漏", "压缩机异响，[漏]油", vec![0]),
            ("压缩机异响，漏油", "压缩机", "[压缩机]异响，漏油", vec![0, 1]),
            ("Seal leaks", "LEA", "Seal [leaks]", vec![0]),
            ("Seal leaks, leaking seals", "seal lea", "[Seal] [leaks], [leaking] seals", vec![0, 1]),
            ("型号LSBLG-380冷水机组", "lsblg 机组", "型号[LSBLG]-380冷水[机组]", vec![0, 1]),
        ] {
            assert_eq!(told(text, query), Some((shown.to_owned(), found)), "{query} in {text}");
        }
        assert_eq!(told("Seal leaks", "ea"), None);
        // A long text is cut around the first hit.
        let long = format!("{}电源故障{}", "一".repeat(60), "二".repeat(200));
        let (shown, _) = told(&long, "电源").unwrap();
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("[电源]"));
        assert_eq!(shown.chars().count(), EXCERPT + 4);
    }

    #[test]
    fn only_the_last_word_may_be_a_beginning_and_only_where_it_is_not_chinese() {
        let terms = query_terms("seal lea");
        assert_eq!((is_beginning(&terms, 0), is_beginning(&terms, 1)), (false, true));
        assert!(!is_beginning(&query_terms("漏"), 0));
    }
}
