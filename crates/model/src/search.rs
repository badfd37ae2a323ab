//! One tokeniser for search on the phone and at the office.
//!
//! Words are lower-cased; Chinese is cut into overlapping pairs, plus single characters in the index. A
//! query of two characters and more uses pairs only, so 电源 finds what holds those two side by side.

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
}
