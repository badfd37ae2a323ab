//! What one version of a standard promises otherwise than another, place by place: for whoever publishes it.

use super::{Duty, Standard};
use crate::Text;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

/// One place where two standards differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// In the later one; in the earlier one where it is gone.
    pub path: String,
    /// What stands at each `[n]` of the path, by its name; without one where it has none.
    pub names: Vec<Text>,
    /// Nothing where it is new.
    #[ts(type = "unknown")]
    pub before: Option<Value>,
    /// Nothing where it is gone.
    #[ts(type = "unknown")]
    pub after: Option<Value>,
}

impl Standard {
    /// How `self` differs from `before`, field by field; its version is no difference.
    pub fn differences(&self, before: &Standard) -> Vec<Difference> {
        let mut found = Vec::new();
        let (Ok(Value::Object(mut before)), Ok(Value::Object(mut after))) =
            (serde_json::to_value(before), serde_json::to_value(self))
        else {
            return found;
        };
        for own in ["key", "version"] {
            before.remove(own);
            after.remove(own);
        }
        objects(&Place::default(), &before, &after, &mut found);
        found
    }
}

#[derive(Clone, Default)]
struct Place {
    path: String,
    names: Vec<Text>,
}

impl Place {
    fn field(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{}{dot}{name}", self.path), names: self.names.clone() }
    }

    fn item(&self, n: usize, item: &Value) -> Self {
        let mut names = self.names.clone();
        names.push(name_of(item));
        Self { path: format!("{}[{n}]", self.path), names }
    }

    fn differs(&self, before: Option<&Value>, after: Option<&Value>) -> Difference {
        let Self { path, names } = self.clone();
        Difference { path, names, before: before.cloned(), after: after.cloned() }
    }
}

fn name_of(item: &Value) -> Text {
    let said = ["name", "text"].into_iter().find_map(|field| item.get(field));
    let text = said.and_then(|text| serde_json::from_value(text.clone()).ok());
    let duty = || serde_json::from_value(item.get("duty")?.clone()).ok().map(Duty::text);
    text.or_else(duty).unwrap_or_default()
}

/// What one of a list is known by, wherever it stands.
fn mark(item: &Value) -> Option<&str> {
    ["key", "channel", "duty", "level", "id"].into_iter().find_map(|field| item.get(field)?.as_str())
}

/// A text in both languages, a promise with its unit and a checklist are read as one thing.
fn is_one(value: &Map<String, Value>) -> bool {
    value.len() == 1
        || value.contains_key("steps")
        || (value.len() == 2 && value.contains_key("en") && value.contains_key("zh"))
}

fn differ(place: &Place, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(b), Value::Object(a)) if !is_one(b) && !is_one(a) => objects(place, b, a, found),
        (Value::Array(b), Value::Array(a))
            if b.iter().chain(a).any(|one| one.is_object() || one.is_array()) =>
        {
            lists(place, b, a, found);
        }
        _ => found.push(place.differs(Some(before), Some(after))),
    }
}

fn objects(
    place: &Place,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    for (name, now) in after {
        let place = place.field(name);
        match before.get(name) {
            Some(was) => differ(&place, was, now, found),
            None => found.push(place.differs(None, Some(now))),
        }
    }
    for (name, was) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        found.push(place.field(name).differs(Some(was), None));
    }
}

fn lists(place: &Place, before: &[Value], after: &[Value], found: &mut Vec<Difference>) {
    let marked = before.iter().chain(after).all(|one| mark(one).is_some());
    // Without a mark the place in the list is what it is known by.
    let same = |list: &[Value], n: usize, one: &Value| {
        if marked {
            list.iter().position(|other| mark(other) == mark(one))
        } else {
            (n < list.len()).then_some(n)
        }
    };
    for (n, now) in after.iter().enumerate() {
        let place = place.item(n, now);
        match same(before, n, now).and_then(|n| before.get(n)) {
            Some(was) => differ(&place, was, now, found),
            None => found.push(place.differs(None, Some(now))),
        }
    }
    for (n, was) in before.iter().enumerate() {
        if same(after, n, was).is_none() {
            found.push(place.item(n, was).differs(Some(was), None));
        }
    }
    let order = |list: &[Value], other: &[Value]| -> Vec<String> {
        let both = list.iter().filter_map(mark).filter(|key| other.iter().any(|o| mark(o) == Some(*key)));
        both.map(str::to_owned).collect()
    };
    let (was, now) = (order(before, after), order(after, before));
    if marked && was != now {
        found.push(place.differs(Some(&was.into()), Some(&now.into())));
    }
}
