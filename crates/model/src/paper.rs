//! What leaves the phone on paper, or as a file that reads like paper: the customer's copy of what was signed, and the
//! sheet that is printed for a visit or for a signature in ink (A19, E11). Each is one HTML file that asks for nothing
//! from anywhere.
//!
//! The copy checks itself where it is opened. It carries what was signed, byte for byte, and its script makes the page
//! anew from that: a page that differs from it says so. [`Check`] is what fits into a QR code.

mod words;

use crate::{
    Digest, Language, Sheet, WorkOrder,
    canonical::canonical_text,
    change::{SignOffAct, Stroke},
    document::{Document, DocumentLine, document},
    sheet::SignOff,
    sign::{PublicKey, Signature},
    sign_off::{key_code, statement},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt};
use words::{all, word};

const SCRIPT: &str = include_str!("paper/check.js");
const STYLE: &str = include_str!("paper/paper.css");

// --- The customer's copy ---------------------------------------------------------------------------------------------

/// `None` when the work order is not any more the one that was signed for: then only the office has what was signed.
pub fn copy(order: &WorkOrder, sheet: &Sheet) -> Option<String> {
    let signed = sheet.sign_off.as_ref()?;
    let document = document(order, sheet, signed.act.language);
    if document.digest() != signed.act.digest {
        return None;
    }
    let language = document.language;
    let at = signed.phone.as_ref().map_or_else(|| utc(signed.at), |phone| phone.at.clone());
    #[derive(Serialize)]
    struct Kept<'a> {
        document: String,
        statement: String,
        ink: String,
        key: Option<PublicKey>,
        signature: Option<&'a Signature>,
    }
    let kept = Kept {
        document: canonical_text(&document),
        statement: statement(sheet.work_order, &signed.act, &at),
        ink: canonical_text(&signed.ink),
        key: signed.phone.as_ref().map(|phone| phone.key),
        signature: signed.phone.as_ref().map(|phone| &phone.signature),
    };
    // In a script element nothing may look like its end.
    let kept = canonical_text(&kept).replace('<', "\\u003c");
    let words = called(order, language);
    let script = format!("const WORDS={};{SCRIPT}", canonical_text(&words).replace('<', "\\u003c"));
    let body = format!(
        "<p id=\"verdict\" role=\"status\">{}</p><main id=\"shown\">{}</main>\
         <script type=\"application/json\" id=\"signed\">{kept}</script><script>{script}</script>",
        escaped(word(language, "unchecked")),
        shown(&document, signed, &at, &words),
    );
    let title = format!("{} {}", word(language, "title"), document.number);
    Some(page(language, &title, Some(&script), &body))
}

/// All words, the answers of the scale as the customer saw them (X16).
fn called(order: &WorkOrder, language: Language) -> BTreeMap<String, &str> {
    let mut words = all(language);
    for mark in &order.rules.scale {
        words.insert(named(&mark.rating), mark.name.get(language));
    }
    words
}

/// As check.js makes it, to the byte.
fn shown(doc: &Document, signed: &SignOff, at: &str, words: &BTreeMap<String, &str>) -> String {
    let act = &signed.act;
    let w = |key: &str| word(doc.language, key);
    let part = |range| at.get(range).unwrap_or_default();
    let when = format!("{} {} (UTC{})", part(0..10), part(11..16), at.get(19..).unwrap_or_default());
    let reasons: Vec<_> = act.rating_reasons.iter().map(|reason| w(&named(reason))).collect();
    let check = Check::of(doc, signed);
    let facts = |pairs: &[(&str, &str)]| facts(doc.language, pairs);
    let section = |key, inner: String| section(w(key), &inner);
    [
        text("h1", w("title")),
        facts(&[
            ("number", &doc.number),
            ("customer", &doc.customer),
            ("signed_at", &when),
            ("code", &act.digest.code()),
        ]),
        section(
            "work_done",
            facts(&[
                ("remedy", &doc.remedy),
                ("cause", &doc.cause),
                ("reported", &doc.reported),
                ("found", &doc.found),
                ("test", &doc.function_test),
            ]),
        ),
        section(
            "charges",
            lines(&doc.charges)
                + &facts(&[("total", &format!("{} {}", doc.total, doc.currency)), ("tariff", &doc.tariff)]),
        ),
        section("steps", lines(&doc.steps)),
        section("parts", lines(&doc.parts)),
        section("photos", items(doc.photos.iter().map(Digest::as_str), "digests")),
        section("notes", items(doc.notes.iter().map(String::as_str), "")),
        section(
            "times",
            facts(&[
                ("arrived", &doc.arrived),
                ("finished", &doc.finished),
                ("travel", &doc.travel),
                ("work", &doc.work),
            ]),
        ),
        section(
            "job",
            facts(&[
                ("revision", &doc.revision),
                ("contact", &doc.contact),
                ("site", &doc.site),
                ("address", &doc.address),
                ("equipment", &doc.equipment),
                ("serial", &doc.serial),
                ("technician", &doc.technician),
                ("template", &doc.template),
                ("form", &doc.form),
            ]),
        ),
        section(
            "acceptance",
            consent(&doc.consent)
                + &facts(&said(act, &reasons.join(w("comma")), words))
                + &drawing(&signed.ink),
        ),
        section(
            "proof",
            facts(&[
                ("digest", act.digest.as_str()),
                ("key", check.key.as_deref().unwrap_or_default()),
                ("check", &check.to_string()),
            ]) + &text("p", w("proves")),
        ),
    ]
    .concat()
}

/// What the customer said when signing.
fn said<'a>(
    act: &'a SignOffAct,
    reasons: &'a str,
    words: &BTreeMap<String, &'a str>,
) -> [(&'static str, &'a str); 6] {
    let word = |key: &str| words.get(key).copied().unwrap_or_default();
    [
        ("name", &act.signatory),
        ("capacity", &act.capacity),
        ("worked", word(if act.saw_it_work { "yes" } else { "no" })),
        ("rating", word(&named(&act.rating))),
        ("why", reasons),
        ("remark", &act.remark),
    ]
}

/// How a value is called on the wire: `not_satisfied`.
fn named(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn utc(at: DateTime<Utc>) -> String {
    at.fixed_offset().to_rfc3339_opts(SecondsFormat::Secs, false)
}

// --- What the office can be asked with --------------------------------------------------------------------------------

/// Fits into a QR code: `JS1.DIGEST.KEY.SIGNATURE.NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub digest: Digest,
    /// By its eight characters; none from a phone without a key of its own.
    pub key: Option<String>,
    pub signature: Option<Signature>,
    pub number: String,
}

impl Check {
    pub fn of(document: &Document, signed: &SignOff) -> Self {
        Self {
            digest: signed.act.digest.clone(),
            key: signed.phone.as_ref().map(|phone| key_code(&phone.key)),
            signature: signed.phone.as_ref().map(|phone| phone.signature),
            number: document.number.clone(),
        }
    }

    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(5, '.');
        let (Some("JS1"), Some(digest), Some(key), Some(signature), Some(number)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let there = |part: &str| (part != "-").then(|| part.to_owned());
        let signature = match there(signature) {
            Some(text) => Some(Signature::parse(&text)?),
            None => None,
        };
        Some(Self { digest: Digest::parse(digest)?, key: there(key), signature, number: number.to_owned() })
    }

    /// Does this sign-off say the same?
    pub fn fits(&self, signed: &SignOff) -> bool {
        let phone = signed.phone.as_ref();
        signed.act.digest == self.digest
            && phone.map(|phone| phone.signature) == self.signature
            && phone.map(|phone| key_code(&phone.key)) == self.key
    }

    /// The page of an office at which this is asked.
    pub fn link(&self, office: &str) -> String {
        let mut link = format!("{}/check?c=", office.trim_end_matches('/'));
        for byte in self.to_string().bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                link.push(char::from(byte));
            } else {
                link.push_str(&format!("%{byte:02X}"));
            }
        }
        link
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_deref().unwrap_or("-");
        let signature = self.signature.map_or_else(|| "-".to_owned(), |signature| signature.to_string());
        write!(f, "JS1.{}.{key}.{signature}.{}", self.digest, self.number)
    }
}

/// What the office says to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Held {
        check: Check,
        at: DateTime<Utc>,
    },
    /// It is held, and the phone's signature does not fit it or is by no phone of the firm's.
    InDoubt,
    /// It was signed once; the sheet was reopened since.
    Superseded,
    NotHeld,
    Unreadable,
}

/// The office's page for it, in both languages at once: who opens it is nobody known.
pub fn answer_page(answer: Option<&Answer>) -> String {
    let both = |key: &str| [Language::En, Language::Zh].map(|language| word(language, key)).join(" · ");
    let verdict = |kind: &str, words: &str| {
        format!("<p id=\"verdict\" class=\"{kind}\" role=\"status\">{}</p>", escaped(words))
    };
    let said = match answer {
        None => String::new(),
        Some(Answer::Held { check, at }) => {
            let rows =
                [("number", check.number.clone()), ("code", check.digest.code()), ("signed_at", utc(*at))];
            let rows: String = rows.iter().map(|(key, value)| pair(&both(key), value)).collect();
            verdict("ok", &both("held")) + &tagged("dl", rows)
        }
        Some(Answer::InDoubt) => verdict("bad", &both("in_doubt")),
        Some(Answer::Superseded) => verdict("part", &both("superseded")),
        Some(Answer::NotHeld) => verdict("bad", &both("not_held")),
        Some(Answer::Unreadable) => verdict("bad", &both("no_check")),
    };
    let body = format!(
        "<main>{said}{}<form method=\"get\" action=\"check\"><p><label for=\"c\">{}</label></p>\
         <p><textarea id=\"c\" name=\"c\" rows=\"5\"></textarea></p><p><button>{}</button></p></form></main>",
        text("h1", &both("ask_title")),
        escaped(&both("ask_text")),
        escaped(&both("ask")),
    );
    page(Language::En, &both("ask_title"), None, &body)
}

// --- The sheet to be printed ------------------------------------------------------------------------------------------

/// With what is known filled in, and lines to write on for what is not. `offset` is the phone's zone, in minutes.
pub fn sheet(order: &WorkOrder, sheet: &Sheet, language: Language, offset: i32) -> String {
    let doc = document(order, sheet, language);
    let w = |key: &str| word(language, key);
    let local =
        |at: DateTime<Utc>| (at + TimeDelta::minutes(i64::from(offset))).format("%Y-%m-%d %H:%M").to_string();
    let known = |pairs: &[(&str, &str)]| facts(language, pairs);
    let open = |pairs: &[(&str, &str)]| {
        let rows = pairs.iter().map(
            |(key, value)| {
                if value.is_empty() { blank(w(key)) } else { pair(w(key), value) }
            },
        );
        format!("<div class=\"tall\">{}</div>", tagged("dl", rows.collect()))
    };
    let box_of = |words: &str| text("span", &format!("☐ {words}"));
    let boxes = |words: &[&str]| {
        format!("<p class=\"boxes\">{}</p>", words.iter().map(|words| box_of(words)).collect::<String>())
    };
    let machine = order.equipment.as_ref();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let request = &order.request;
    let bring = order.tools.iter().map(|tool| format!("☐ {}", tool.name.get(language))).chain(
        order.bring.iter().map(|part| {
            let serials = part.serials.join(", ");
            format!("☐ {} {} ×{} {serials}", part.name.get(language), part.number, part.quantity)
                .trim_end()
                .to_owned()
        }),
    );
    let bring: Vec<String> = bring.collect();
    let steps = order.template.steps.iter().map(|step| {
        let answered = sheet.answers.get(&step.key);
        let value = answered
            .map(|said| crate::document::answer_text(step, &said.answer, said.verdict, language))
            .unwrap_or_default();
        let title = step.title.get(language);
        if value.is_empty() { text_line(title) } else { line(title, &value, "") }
    });
    let written_parts = (doc.parts.len()..doc.parts.len().max(2) + 2).map(|_| {
        format!(
            "<li>{}{}{}{}</li>",
            blank_span(w("part")),
            blank_span(w("quantity")),
            blank_span(w("serial_in")),
            blank_span(w("serial_out"))
        )
    });
    let parts = tagged(
        "ul",
        doc.parts.iter().map(|p| line(&p.title, &p.value, &p.note)).chain(written_parts).collect(),
    );
    let money = |minor| format!("{} {}", order.tariff.money(minor).decimal(), order.tariff.currency);
    let spent = doc.charges.iter().any(|line| !line.value.is_empty()) && sheet.arrival.is_some();
    let charges = if spent {
        lines(&doc.charges) + &open(&[("total", &format!("{} {}", doc.total, doc.currency))])
    } else {
        known(&[
            ("labour", &money(order.tariff.labour_per_hour)),
            ("call_out", &money(order.tariff.call_out)),
        ]) + &open(&[("total", "")])
    };
    let test = if doc.function_test.is_empty() {
        format!(
            "<dl><div>{}<dd>{}</dd></div></dl>",
            text("dt", w("test")),
            box_of(w("passed")) + " " + &box_of(w("not_passed"))
        )
    } else {
        known(&[("test", &doc.function_test)])
    };
    let accepted = match &sheet.sign_off {
        Some(signed) => {
            let reasons: Vec<_> = signed.act.rating_reasons.iter().map(|reason| w(&named(reason))).collect();
            known(&said(&signed.act, &reasons.join(w("comma")), &called(order, language)))
                + &drawing(&signed.ink)
        }
        None => {
            let answers: Vec<_> = order.rules.scale.iter().map(|mark| mark.name.get(language)).collect();
            boxes(&answers)
                + &open(&[("name", ""), ("capacity", ""), ("date", ""), ("refused", "")])
                + &format!("{}<div class=\"sign\"></div>", text("p", w("signature")))
        }
    };
    let digest = doc.digest();
    let safety = if request.safety_risk { w("yes") } else { "" };
    let acceptance = format!(
        "<div class=\"whole\">{}</div>",
        section(w("acceptance"), &(consent(&doc.consent) + &accepted))
    );
    let body = format!(
        "<main>{}{}<div class=\"two\">{}{}</div>{}{}{}<div class=\"two\">{}{}</div>{}{}{}{}{}<p class=\"foot\">{}</p></main>",
        text("h1", w("sheet")),
        known(&[
            ("number", &doc.number),
            ("level", order.level.name.get(language)),
            ("window", &format!("{} – {}", local(order.from), local(order.to))),
            ("technician", &doc.technician),
        ]),
        section(
            w("customer"),
            &known(&[
                ("customer", &doc.customer),
                ("contact", &doc.contact),
                ("phone", &order.customer.phone),
                ("second_phone", &order.customer.second_phone),
                ("site", &doc.site),
                ("address", &doc.address),
                ("landmark", &order.site.landmark),
            ])
        ),
        section(
            w("equipment"),
            &open(&[
                ("equipment", &doc.equipment),
                ("serial", &doc.serial),
                ("purchased", &day(machine.and_then(|m| m.purchased))),
                ("warranty", &day(machine.and_then(|m| m.warranty_until))),
                ("contract", order.contract.as_ref().map_or("", |c| &c.number)),
            ])
        ),
        section(
            w("request"),
            &known(&[
                ("reported", &doc.reported),
                ("problem_type", request.problem_type.get(language)),
                ("received", &local(request.received_at)),
                ("occurred", &request.occurred_at.map(local).unwrap_or_default()),
                ("tried", &request.tried),
                ("safety", safety),
            ])
        ),
        section(w("bring"), &items(bring.iter().map(String::as_str), "cols")),
        section(
            w("history"),
            &tagged(
                "ul",
                order
                    .history
                    .iter()
                    .take(3)
                    .map(|visit| line(
                        &format!("{} {}", visit.on, visit.technician),
                        &visit.number,
                        &visit.summary
                    ))
                    .collect()
            )
        ),
        section(w("times"), &open(&[("arrived", &doc.arrived), ("finished", &doc.finished)])),
        section(w("charges"), &charges),
        section(w("steps"), &listed("cols", &steps.collect::<String>())),
        section(
            w("work_done"),
            &(open(&[("found", &doc.found), ("cause", &doc.cause), ("remedy", &doc.remedy)]) + &test)
        ),
        section(w("parts"), &parts),
        section(
            w("notes"),
            &(items(doc.notes.iter().map(String::as_str), "") + &"<div class=\"line\"></div>".repeat(2))
        ),
        acceptance,
        escaped(&w("back").replace("{code}", &digest.code())),
    );
    page(language, &format!("{} {}", w("sheet"), doc.number), None, &body)
}

fn blank(label: &str) -> String {
    format!("<div>{}<dd class=\"blank\"></dd></div>", text("dt", label))
}

fn blank_span(label: &str) -> String {
    format!("<span class=\"blank\">{}</span>", text("small", label))
}

fn text_line(title: &str) -> String {
    format!("<li>{}<span class=\"blank\"></span></li>", text("span", title))
}

// --- HTML -------------------------------------------------------------------------------------------------------------

fn page(language: Language, title: &str, script: Option<&str>, body: &str) -> String {
    let form = if body.contains("<form") { "'self'" } else { "'none'" };
    let lang = if language == Language::Zh { "zh-CN" } else { "en" };
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n<body>{body}</body>\n</html>\n",
        policy(script, form),
        escaped(title),
    )
}

/// What such a page may do: nothing but its own style, its own script if it has one, and its own form.
pub fn policy(script: Option<&str>, form: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let scripts = script.map_or_else(|| "'none'".to_owned(), hash);
    let style = hash(STYLE);
    format!(
        "default-src 'none'; script-src {scripts}; style-src {style}; base-uri 'none'; form-action {form}"
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

fn text(tag: &str, words: &str) -> String {
    format!("<{tag}>{}</{tag}>", escaped(words))
}

/// Nothing around nothing.
fn tagged(tag: &str, inner: String) -> String {
    if inner.is_empty() { inner } else { format!("<{tag}>{inner}</{tag}>") }
}

fn section(title: &str, inner: &str) -> String {
    if inner.is_empty() { String::new() } else { format!("<section>{}{inner}</section>", text("h2", title)) }
}

/// What is empty is left out.
fn facts(language: Language, pairs: &[(&str, &str)]) -> String {
    let kept = pairs.iter().filter(|(_, value)| !value.is_empty());
    tagged("dl", kept.map(|(key, value)| pair(word(language, key), value)).collect())
}

fn pair(label: &str, value: &str) -> String {
    format!("<div>{}{}</div>", text("dt", label), text("dd", value))
}

fn consent(words: &str) -> String {
    if words.is_empty() { String::new() } else { text("p", words) }
}

fn line(title: &str, value: &str, note: &str) -> String {
    let note = if note.is_empty() { String::new() } else { text("small", note) };
    format!("<li>{}{}{note}</li>", text("span", title), text("b", value))
}

fn lines(list: &[DocumentLine]) -> String {
    tagged("ul", list.iter().map(|l| line(&l.title, &l.value, &l.note)).collect())
}

fn items<'a>(list: impl Iterator<Item = &'a str>, kind: &str) -> String {
    listed(kind, &list.map(|one| text("li", one)).collect::<String>())
}

fn listed(kind: &str, inner: &str) -> String {
    match (inner.is_empty(), kind) {
        (true, _) => String::new(),
        (_, "") => format!("<ul>{inner}</ul>"),
        _ => format!("<ul class=\"{kind}\">{inner}</ul>"),
    }
}

/// The ink as lines on its paper of 1000 x 400; a lone point is a dot.
fn drawing(ink: &[Stroke]) -> String {
    let strokes: String = ink
        .iter()
        .filter(|stroke| !stroke.is_empty())
        .map(|stroke| {
            let mut points: Vec<String> = stroke.iter().map(|[x, y, ..]| format!("{x},{y}")).collect();
            if points.len() == 1 {
                points.extend_from_within(..);
            }
            format!("<polyline points=\"{}\"></polyline>", points.join(" "))
        })
        .collect();
    format!("<svg viewBox=\"0 0 1000 400\">{strokes}</svg>")
}
