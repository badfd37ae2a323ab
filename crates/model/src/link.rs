//! Links that open the app. They come from anywhere, so what is not exactly one of ours is none.

use crate::{
    WorkOrderId,
    enrol::{self, LINK},
    text::percent_decoded,
};

/// What the system hands to the app.
pub const SCHEME: &str = "jobsheet";
const JOB: &str = "jobsheet:job/";
/// Longer is no link of ours, whatever it says.
const LONGEST: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// `jobsheet:enrol?office=…&code=…`: fills in the sign-in screen, where a person says yes to it.
    Enrol { office: String, code: String },
    /// `jobsheet:job/…`
    Job(Named),
}

/// Which job is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Id(WorkOrderId),
    /// As it is printed on sheets: `JS-2611-0419`.
    Number(String),
}

/// The link to a job: what a tap on a notice follows.
pub fn to_job(id: WorkOrderId) -> String {
    format!("{JOB}{id}")
}

pub fn read(text: &str) -> Option<Link> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    // The system may hand over a scheme as somebody wrote it.
    let scheme = text.get(..SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let text = format!("{SCHEME}{}", &text[SCHEME.len()..]);
    if let Some(query) = text.strip_prefix(LINK) {
        return enrolment(query);
    }
    named(text.strip_prefix(JOB)?).map(Link::Job)
}

fn named(text: &str) -> Option<Named> {
    // Only as ids are written; the other ways to write a UUID are none of ours.
    if text.len() == 36
        && let Ok(id) = text.parse()
    {
        return Some(Named::Id(id));
    }
    let number = !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    number.then(|| Named::Number(text.to_ascii_uppercase()))
}

fn enrolment(query: &str) -> Option<Link> {
    let (mut office, mut code) = (None, None);
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=')?;
        let place = match name {
            "office" => &mut office,
            "code" => &mut code,
            _ => return None,
        };
        // Said twice, one of them would be overlooked.
        if place.replace(String::from_utf8(percent_decoded(value)?).ok()?).is_some() {
            return None;
        }
    }
    let (office, code) = (office?, code?);
    let host = office.strip_prefix("https://").or_else(|| office.strip_prefix("http://"))?;
    // A name before an @ makes one address look like another.
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"@\\\"'<>?#".contains(&b));
    plain.then_some(())?;
    Some(Link::Enrol { office, code: enrol::code(&code)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_job_by_its_number_or_its_id() {
        let number = |number: &str| Some(Link::Job(Named::Number(number.into())));
        assert_eq!(read("jobsheet:job/JS-2611-0419"), number("JS-2611-0419"));
        assert_eq!(read(" JobSheet:job/js-2611-0419\n"), number("JS-2611-0419"));
        let id: WorkOrderId = "01a2164a-ad47-74fd-87d6-6dcec0bd52ae".parse().unwrap();
        assert_eq!(read(&to_job(id)), Some(Link::Job(Named::Id(id))));
    }

    #[test]
    fn a_link_of_the_office_says_where_it_is_and_the_code() {
        let link = "jobsheet:enrol?office=https%3A%2F%2Foffice.example.com%3A8443&code=k7qf-92md-xp4t-8wva";
        let office = "https://office.example.com:8443".to_owned();
        assert_eq!(read(link), Some(Link::Enrol { office, code: "K7QF92MDXP4T8WVA".into() }));
    }

    #[test]
    fn what_is_not_exactly_one_of_ours_is_none() {
        let code = "K7QF92MDXP4T8WVA";
        let enrol = |query: &str| format!("jobsheet:enrol?{query}");
        for bad in [
            String::new(),
            "jobsheet".into(),
            "电".into(),
            "jobsheet:".into(),
            "jobsheet:job/".into(),
            "jobsheet:job".into(),
            "jobsheet://job/JS-1".into(),
            "jobsheet:job/JS-1/offer".into(),
            "jobsheet:job/JS-1?x=1".into(),
            "jobsheet:job/JS-1#/me".into(),
            "jobsheet:job/../me".into(),
            "jobsheet:job/%2e%2e".into(),
            "jobsheet:job/-".into(),
            "jobsheet:job/电机".into(),
            "jobsheet:job/' OR 1=1".into(),
            "jobsheet:job/javascript:alert(1)".into(),
            format!("jobsheet:job/{}", "9".repeat(41)),
            "jobsheet:job/{01a2164a-ad47-74fd-87d6-6dcec0bd52ae}".into(),
            "jobsheet:me".into(),
            "jobsheet:sign_out".into(),
            "https://example.com/jobsheet:job/JS-1".into(),
            "javascript:alert(1)".into(),
            "file:///etc/passwd".into(),
            enrol(""),
            enrol("office=https%3A%2F%2Fa"),
            enrol(&format!("code={code}")),
            enrol(&format!("office=a&code={code}")),
            enrol(&format!("office=ftp%3A%2F%2Fa&code={code}")),
            enrol(&format!("office=https%3A%2F%2F&code={code}")),
            enrol(&format!("office=javascript%3Aalert(1)&code={code}")),
            enrol(&format!("office=https%3A%2F%2Fours%40theirs&code={code}")),
            enrol(&format!("office=https%3A%2F%2Fa%20b&code={code}")),
            enrol(&format!("office=https%3A%2F%2Fa%3Fb&code={code}")),
            enrol(&format!("office=https%3A%2F%2F%E7%94%B5&code={code}")),
            enrol(&format!("office=https%3A%2F%2Fa%FF&code={code}")),
            enrol(&format!("office=https%3A%2F%2Fa&office=https%3A%2F%2Fb&code={code}")),
            enrol(&format!("office=https%3A%2F%2Fa&code={code}&go=me")),
            enrol("office=https%3A%2F%2Fa&code=K7QF"),
            format!("jobsheet:enrol?office=https%3A%2F%2F{}&code={code}", "a".repeat(LONGEST)),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}
