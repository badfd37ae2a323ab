//! What the phone says of an offer while something else is on its screen. Anybody may read a lock screen: nothing
//! of the customer is said, only what tells the technician how soon to look.

use crate::{Language, Text, WorkOrderId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub work_order: WorkOrderId,
    pub title: String,
    pub body: String,
    /// What the system's own settings call notices of this kind.
    pub channel: &'static str,
}

/// `level`: the level's name. `until`: the time of day by which an answer is wanted, as this phone's clock shows it.
pub fn of_offer(
    work_order: WorkOrderId,
    number: &str,
    level: &Text,
    until: &str,
    language: Language,
) -> Notice {
    let level = level.get(language);
    let (title, body, channel) = match language {
        Language::En => (
            format!("New job offered: {level}"),
            format!("{number}. Please answer by {until}."),
            "Job offers",
        ),
        Language::Zh => (format!("新派单：{level}"), format!("工单 {number}，请在 {until} 前答复。"), "派单"),
    };
    Notice { work_order, title, body, channel }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_told_in_the_language_of_whoever_is_at_work() {
        let id: WorkOrderId = "01a2164a-ad47-74fd-87d6-6dcec0bd52ae".parse().unwrap();
        let level = Text::new("Urgent", "紧急");
        let told = |language| {
            let notice = of_offer(id, "JS-2611-0419", &level, "10:42", language);
            assert_eq!(notice.work_order, id);
            (notice.title, notice.body)
        };
        assert_eq!(
            told(Language::En),
            ("New job offered: Urgent".into(), "JS-2611-0419. Please answer by 10:42.".into())
        );
        assert_eq!(
            told(Language::Zh),
            ("新派单：紧急".into(), "工单 JS-2611-0419，请在 10:42 前答复。".into())
        );
    }
}
