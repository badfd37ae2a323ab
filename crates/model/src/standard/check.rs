//! Whether a standard that somebody wrote can be published (X3).

use super::*;
use crate::{
    asked::Flaw,
    change::Rating,
    dispatch::{GRADES, How},
    step::StepKind,
    xlsform::MOST_STEPS,
};
use std::collections::BTreeMap;

const MOST_OF_A_KEY: usize = 20;
const MOST_OF_A_NAME: usize = 100;
/// In hundredths of the currency.
const MOST_CHARGED: i64 = 100_000_000;

impl Standard {
    /// Everything that is wrong or odd, in the order of the paper.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        // It stands in addresses and beside work orders.
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !(1..=MOST_OF_A_KEY).contains(&self.key.len()) || !self.key.chars().all(fits) {
            found.push(Finding::error(
                "key",
                "One to twenty letters, digits, - or _ of the Latin alphabet.",
                "代号应为 1 到 20 个英文字母、数字、- 或 _。",
            ));
        }
        both("name", &self.name, &mut found);
        for (path, value, most) in [
            ("accept_minutes", self.accept_minutes, 24 * 60),
            ("undelivered_minutes", self.undelivered_minutes, 24 * 60),
            ("dispatch_minutes", self.dispatch_minutes, 24 * 60),
        ] {
            if value == 0 || value > most {
                found.push(Finding::error(
                    path,
                    format!("Between 1 and {most} minutes, not {value}."),
                    format!("应为 1 到 {most} 分钟，而不是 {value}。"),
                ));
            }
        }
        if !(100..=1000).contains(&self.ceiling_percent) {
            found.push(Finding::error(
                "ceiling_percent",
                "The ceiling is at least the promise itself: 100 % to 1000 %.",
                "上限不能低于承诺本身：100% 到 1000%。",
            ));
        }
        if self.remind_percent >= 100 {
            found.push(Finding::error(
                "remind_percent",
                "Before the promise passes: below 100 %; 0 % is never.",
                "应在承诺到期之前：小于 100%；0% 表示不提醒。",
            ));
        }
        if !(1..=100).contains(&self.progress_percent) {
            found.push(Finding::error(
                "progress_percent",
                "Between 1 % and 100 %.",
                "应在 1% 到 100% 之间。",
            ));
        }
        if self.closing.accepted.is_empty() {
            found.push(Finding::error(
                "closing.accepted",
                "No form of acceptance counts, so nothing would ever be closed by itself.",
                "没有任何验收形式有效，工单将永远无法自动关闭。",
            ));
        }
        if !(1..=24 * 90).contains(&self.closing.second_handling_hours) {
            found.push(Finding::error(
                "closing.second_handling_hours",
                "Between 1 hour and 90 days.",
                "应在 1 小时到 90 天之间。",
            ));
        }
        for (field, who) in [("handled_by", &self.closing.handled_by), ("director", &self.closing.director)] {
            if who.chars().count() > MOST_OF_A_NAME {
                found.push(Finding::error(
                    format!("closing.{field}"),
                    format!("No more than {MOST_OF_A_NAME} characters."),
                    format!("最多 {MOST_OF_A_NAME} 个字符。"),
                ));
            }
        }
        if self.closing.call_back && self.closing.by_itself {
            found.push(Finding {
                is_error: false,
                ..Finding::error(
                    "closing.call_back",
                    "Call-backs are not recorded yet: such work orders are closed by hand.",
                    "尚不能记录回访：此类工单需人工关闭。",
                )
            });
        }
        self.check_calendars(&mut found);
        self.check_levels(&mut found);
        self.check_intake(&mut found);
        self.check_dispatch(&mut found);
        self.check_tariff(&mut found);
        self.check_level_sets(&mut found);
        self.check_jobs(&mut found);
        self.check_scale(&mut found);
        self.check_surveys(&mut found);
        found
    }

    /// Each level of another set stands for one that there is (X1).
    fn check_level_sets(&self, found: &mut Vec<Finding>) {
        once("level_sets", self.level_sets.iter().map(|set| set.key.as_str()), found);
        for (i, set) in self.level_sets.iter().enumerate() {
            let path = format!("level_sets[{i}]");
            both(&format!("{path}.name"), &set.name, found);
            once(&format!("{path}.levels"), set.levels.iter().map(|one| one.key.as_str()), found);
            if set.levels.is_empty() {
                found.push(Finding::error(
                    format!("{path}.levels"),
                    "A set has one level at least.",
                    "至少应有一个等级。",
                ));
            }
            for (j, one) in set.levels.iter().enumerate() {
                let path = format!("{path}.levels[{j}]");
                both(&format!("{path}.name"), &one.name, found);
                if self.level(&one.level).is_none() {
                    found.push(Finding::error(
                        format!("{path}.level"),
                        format!("“{}” is no level of this standard.", one.level),
                        format!("“{}”不是本标准的等级。", one.level),
                    ));
                }
            }
        }
    }

    /// Each type of problem leads to one kind of job (A10).
    fn check_jobs(&self, found: &mut Vec<Finding>) {
        once("jobs", self.jobs.iter().map(|job| job.key.as_str()), found);
        let (mut taken, mut others) = (BTreeSet::new(), 0);
        for (i, job) in self.jobs.iter().enumerate() {
            both(&format!("jobs[{i}].name"), &job.name, found);
            let is_known = |key: &String| self.problem_types.iter().any(|one| one.key == *key);
            let fits = job.problem_types.iter().all(|key| is_known(key) && taken.insert(key.as_str()));
            others += usize::from(job.problem_types.is_empty());
            if !fits || (others > 1 && job.problem_types.is_empty()) {
                found.push(Finding::error(
                    format!("jobs[{i}].problem_types"),
                    "Each type of problem leads to one kind of job, and one kind takes the others.",
                    "每种问题类型只能对应一种工单类别，且只有一种类别接收其余问题。",
                ));
            }
            let distinct: BTreeSet<_> = job.calls.iter().collect();
            if distinct.len() != job.calls.len() {
                found.push(Finding::error(
                    format!("jobs[{i}].calls"),
                    "Each call once.",
                    "每种联系只能出现一次。",
                ));
            }
        }
    }

    /// Somebody can be content, and somebody not: a work order is kept open by the latter (B15).
    fn check_scale(&self, found: &mut Vec<Finding>) {
        let ratings: BTreeSet<_> = self.scale.iter().map(|mark| mark.rating).collect();
        let both_ends = ratings.contains(&Rating::NotSatisfied) && ratings.len() >= 2;
        if !both_ends || ratings.len() != self.scale.len() {
            found.push(Finding::error(
                "scale",
                "Two to four answers, each once, and one of them is that the customer is not satisfied.",
                "应有 2 到 4 个选项，每项只出现一次，且其中包含“不满意”。",
            ));
        }
        for (i, mark) in self.scale.iter().enumerate() {
            both(&format!("scale[{i}].name"), &mark.name, found);
            if mark.points > 100 {
                found.push(Finding::error(
                    format!("scale[{i}].points"),
                    "Between 0 and 100 points.",
                    "应为 0 到 100 分。",
                ));
            }
        }
        for pair in self.scale.windows(2).enumerate() {
            if let (i, [better, worse]) = pair
                && (better.rating >= worse.rating || better.points < worse.points)
            {
                found.push(Finding::error(
                    format!("scale[{}].points", i + 1),
                    "The best answer comes first, and a worse one has no more points.",
                    "应按满意程度从高到低排列，较差的选项分数不能更高。",
                ));
            }
        }
    }

    /// What is asked and reported later is kept here; that nothing acts on it yet is said (X17, X19).
    fn check_surveys(&self, found: &mut Vec<Finding>) {
        once("surveys", self.surveys.iter().map(|one| one.key.as_str()), found);
        once("reports", self.reports.iter().map(|one| one.key.as_str()), found);
        for (i, survey) in self.surveys.iter().enumerate() {
            let path = format!("surveys[{i}]");
            both(&format!("{path}.name"), &survey.name, found);
            if !(1..=24 * 90).contains(&survey.open_hours) {
                found.push(Finding::error(
                    format!("{path}.open_hours"),
                    "Between 1 hour and 90 days.",
                    "应在 1 小时到 90 天之间。",
                ));
            }
            let whole: u64 = survey.dimensions.iter().map(|one| u64::from(one.percent)).sum();
            if !survey.dimensions.is_empty() && whole != 100 {
                found.push(Finding::error(
                    format!("{path}.dimensions"),
                    format!("The weights add up to {whole} %, not to 100 %."),
                    format!("各维度权重之和为 {whole}%，应为 100%。"),
                ));
            }
            for (j, one) in survey.dimensions.iter().enumerate() {
                both(&format!("{path}.dimensions[{j}].name"), &one.name, found);
            }
        }
        for (i, report) in self.reports.iter().enumerate() {
            both(&format!("reports[{i}].name"), &report.name, found);
            if !(1..=100).contains(&report.sample_percent) {
                found.push(Finding::error(
                    format!("reports[{i}].sample_percent"),
                    "Between 1 % and 100 %.",
                    "应在 1% 到 100% 之间。",
                ));
            }
        }
        for (path, is_there) in [("surveys", !self.surveys.is_empty()), ("reports", !self.reports.is_empty())]
        {
            if is_there {
                found.push(Finding {
                    is_error: false,
                    ..Finding::error(
                        path,
                        "Kept with the standard; nothing acts on it yet.",
                        "已随标准保存；目前尚未据此自动执行。",
                    )
                });
            }
        }
    }

    fn check_tariff(&self, found: &mut Vec<Finding>) {
        let Some(tariff) = &self.tariff else { return };
        let mut say =
            |field: &str, en: &str, zh: &str| found.push(Finding::error(format!("tariff.{field}"), en, zh));
        if tariff.currency.len() != 3 || !tariff.currency.chars().all(|c| c.is_ascii_uppercase()) {
            say("currency", "Three letters, as CNY.", "应为三个大写字母，如 CNY。");
        }
        for (field, amount) in [("labour_per_hour", tariff.labour_per_hour), ("call_out", tariff.call_out)] {
            if !(0..=MOST_CHARGED).contains(&amount) {
                say(field, "Between 0 and 1,000,000.00.", "应为 0 到 1,000,000.00。");
            }
        }
        if !(1..=8 * 60).contains(&tariff.labour_step) {
            say("labour_step", "Between 1 and 480 minutes.", "应为 1 到 480 分钟。");
        }
        if tariff.out_of_hours_percent > 400 {
            say("out_of_hours_percent", "Between 0 % and 400 %.", "应在 0% 到 400% 之间。");
        }
        if tariff.opens >= tariff.closes || tariff.closes > 24 * 60 {
            say("opens", "It opens before it closes, on one day.", "开始时间应早于结束时间，且在同一天内。");
        }
    }

    /// Who is sent must be answerable for each level that names a rule.
    fn check_dispatch(&self, found: &mut Vec<Finding>) {
        let Some(rules) = &self.dispatch else { return };
        let mut say = |path: String, en: String, zh: String| found.push(Finding::error(path, en, zh));
        if !self.calendars.iter().any(|calendar| calendar.key == rules.calendar) {
            say(
                "dispatch.calendar".into(),
                format!("There is no “{}” in this standard.", rules.calendar),
                format!("本标准中没有“{}”。", rules.calendar),
            );
        }
        let distinct: BTreeSet<_> = rules.order.iter().collect();
        if rules.order.is_empty() || distinct.len() != rules.order.len() {
            say(
                "dispatch.order".into(),
                "Each measure once, and one at least.".into(),
                "每项比较依据只能出现一次，且至少一项。".into(),
            );
        }
        if !(1..=24 * 60).contains(&rules.day_minutes) {
            say(
                "dispatch.day_minutes".into(),
                "Between 1 and 1440 minutes.".into(),
                "应为 1 到 1440 分钟。".into(),
            );
        }
        let distinct: BTreeSet<_> = rules.weights.iter().map(|weight| weight.measure).collect();
        if distinct.len() != rules.weights.len() {
            say("dispatch.weights".into(), "Each measure once.".into(), "每项比较依据只能出现一次。".into());
        }
        for (i, weight) in rules.weights.iter().enumerate() {
            if weight.measure.unit().is_none() {
                say(
                    format!("dispatch.weights[{i}].measure"),
                    "Who was asked longest ago cannot be added up; it decides among equals.".into(),
                    "“最久未派单”无法计分，只在同分时比较。".into(),
                );
            }
            if !(1..=1000).contains(&weight.points) {
                say(
                    format!("dispatch.weights[{i}].points"),
                    "Between 1 and 1000 points.".into(),
                    "应为 1 到 1000 分。".into(),
                );
            }
        }
        let distinct: BTreeSet<_> = rules.by_hand.reasons.iter().collect();
        if distinct.len() != rules.by_hand.reasons.len() {
            say(
                "dispatch.by_hand.reasons".into(),
                "Each reason once.".into(),
                "每项原因只能出现一次。".into(),
            );
        }
        let mut seen = BTreeSet::new();
        for (i, rule) in rules.levels.iter().enumerate() {
            if self.level(&rule.level).is_none() || !seen.insert(&rule.level) {
                say(
                    format!("dispatch.levels[{i}].level"),
                    format!("“{}” is no level of this standard, or is there twice.", rule.level),
                    format!("“{}”不是本标准的等级，或重复出现。", rule.level),
                );
            }
            if !GRADES.contains(&rule.grade) {
                say(
                    format!("dispatch.levels[{i}].grade"),
                    format!("Between {} and {}.", GRADES.start(), GRADES.end()),
                    format!("应为 {} 到 {}。", GRADES.start(), GRADES.end()),
                );
            }
            if rule.how == How::InTurn {
                say(
                    format!("dispatch.levels[{i}].how"),
                    "Only a person can name who is asked in turn.".into(),
                    "依次询问的名单只能由人指定。".into(),
                );
            }
        }
    }

    /// What intake asks must be there to be answered.
    fn check_intake(&self, found: &mut Vec<Finding>) {
        self.check_words(found);
        self.check_checklists(found);
        once("problem_types", self.problem_types.iter().map(|one| one.key.as_str()), found);
        once("symptoms", self.symptoms.iter().map(|one| one.key.as_str()), found);
        let mut unless = |known: bool, path: String, key: &str| {
            if !known {
                found.push(Finding::error(
                    path,
                    format!("There is no “{key}” in this standard."),
                    format!("本标准中没有“{key}”。"),
                ));
            }
        };
        let criteria: BTreeSet<_> =
            self.levels.iter().flat_map(|level| &level.criteria).map(|criterion| &criterion.key).collect();
        for (i, rules) in self.channels.iter().enumerate() {
            let known = self.calendars.iter().any(|calendar| calendar.key == rules.calendar);
            unless(known, format!("channels[{i}].calendar"), &rules.calendar);
            if let Some(until) = &rules.away_until {
                unless(minutes_of_day(until).is_some(), format!("channels[{i}].away_until"), until);
            }
        }
        for (impact, key) in &self.impacts {
            unless(criteria.contains(key), format!("impacts.{impact:?}").to_lowercase(), key);
        }
        for (i, symptom) in self.symptoms.iter().enumerate() {
            let known = self.problem_types.iter().any(|one| one.key == symptom.problem_type);
            unless(known, format!("symptoms[{i}].problem_type"), &symptom.problem_type);
            for (j, question) in symptom.questions.iter().enumerate() {
                for (k, ticks) in question.options.iter().enumerate() {
                    if let Some(key) = &ticks.ticks {
                        let path = format!("symptoms[{i}].questions[{j}].options[{k}].ticks");
                        unless(criteria.contains(key), path, key);
                    }
                }
            }
        }
    }

    /// What is read to customers is there in both languages, and each thing once.
    fn check_words(&self, found: &mut Vec<Finding>) {
        let mut channels = Vec::new();
        for (i, rules) in self.channels.iter().enumerate() {
            if channels.contains(&rules.channel) {
                found.push(Finding::error(
                    format!("channels[{i}].channel"),
                    "This channel stands here twice.",
                    "该渠道出现了两次。",
                ));
            }
            channels.push(rules.channel);
            both(&format!("channels[{i}].name"), &rules.name, found);
            both(&format!("channels[{i}].promise"), &rules.promise, found);
        }
        for (i, one) in self.problem_types.iter().enumerate() {
            both(&format!("problem_types[{i}].name"), &one.name, found);
        }
        for (i, symptom) in self.symptoms.iter().enumerate() {
            let path = format!("symptoms[{i}]");
            both(&format!("{path}.name"), &symptom.name, found);
            once(&format!("{path}.questions"), symptom.questions.iter().map(|one| one.key.as_str()), found);
            for (j, question) in symptom.questions.iter().enumerate() {
                let path = format!("{path}.questions[{j}]");
                both(&format!("{path}.text"), &question.text, found);
                once(&format!("{path}.options"), question.options.iter().map(|one| one.key.as_str()), found);
                for (k, option) in question.options.iter().enumerate() {
                    both(&format!("{path}.options[{k}].text"), &option.text, found);
                }
            }
            for (j, aid) in symptom.first_aid.iter().enumerate() {
                both(&format!("{path}.first_aid[{j}]"), aid, found);
            }
        }
        for (i, list) in self.holidays.iter().enumerate() {
            both(&format!("holidays[{i}].name"), &list.name, found);
            if list.from > list.to {
                found.push(Finding::error(
                    format!("holidays[{i}].to"),
                    "It ends before it begins.",
                    "结束日期早于开始日期。",
                ));
            }
            if let Some(day) = list.off.intersection(&list.work).next() {
                found.push(Finding::error(
                    format!("holidays[{i}].work"),
                    format!("{day} is off as well."),
                    format!("{day} 同时是休息日。"),
                ));
            }
        }
    }

    /// A checklist that would not ask what its author means is not published (P25).
    fn check_checklists(&self, found: &mut Vec<Finding>) {
        let mut seen = BTreeSet::new();
        for (i, list) in self.checklists.iter().enumerate() {
            let path = format!("checklists[{i}]");
            both(&format!("{path}.name"), &list.name, found);
            let mut wrong = |en: String, zh: String| found.push(Finding::error(path.clone(), en, zh));
            if list.id.trim().is_empty() || !seen.insert(&list.id) {
                wrong("One checklist for one kind of equipment.".into(), "每种设备只能有一个检查表。".into());
            }
            if !(1..=MOST_STEPS).contains(&list.steps.len()) {
                wrong(
                    format!("A checklist has 1 to {MOST_STEPS} questions."),
                    format!("检查表应有 1 到 {MOST_STEPS} 个问题。"),
                );
            }
            for flaw in list.flaws() {
                let zh = match &flaw {
                    Flaw::Twice(key) => format!("{key}：两个问题名称相同。"),
                    Flaw::NotBefore(key, on) => format!("{key}：条件所依据的“{on}”不在此问题之前。"),
                    Flaw::Never(key, on) => format!("{key}：“{on}”不会有条件中的答案。"),
                };
                wrong(format!("{flaw}."), zh);
            }
            for step in &list.steps {
                if step.title.en.trim().is_empty() || step.title.zh.trim().is_empty() {
                    wrong(
                        format!("{}: needed in English and in Chinese.", step.key),
                        format!("{}：需要中英文两种文字。", step.key),
                    );
                }
                if matches!(step.kind, StepKind::Unknown(_)) {
                    wrong(
                        format!("{}: there is no such kind of question.", step.key),
                        format!("{}：没有这种类型的问题。", step.key),
                    );
                }
            }
        }
    }

    fn check_calendars(&self, found: &mut Vec<Finding>) {
        once("calendars", self.calendars.iter().map(|c| c.key.as_str()), found);
        once("holidays", self.holidays.iter().map(|h| h.key.as_str()), found);
        for (i, calendar) in self.calendars.iter().enumerate() {
            let path = format!("calendars[{i}]");
            both(&format!("{path}.name"), &calendar.name, found);
            if calendar.zone.parse::<chrono_tz::Tz>().is_err() {
                found.push(Finding::error(
                    format!("{path}.zone"),
                    format!("“{}” is not a time zone; one is “Asia/Shanghai”.", calendar.zone),
                    format!("“{}”不是时区名称；例如“Asia/Shanghai”。", calendar.zone),
                ));
            }
            if let Some(key) = &calendar.holidays
                && !self.holidays.iter().any(|list| list.key == *key)
            {
                found.push(Finding::error(
                    format!("{path}.holidays"),
                    format!("There is no list of holidays “{key}”."),
                    format!("没有名为“{key}”的节假日表。"),
                ));
            }
            if calendar.week.iter().all(|opening| opening.days.is_empty() || opening.open.is_empty()) {
                found.push(Finding::error(
                    format!("{path}.week"),
                    "It is never open, so nothing would ever fall due.",
                    "从不开放，任何承诺都不会到期。",
                ));
            }
            let mut days = BTreeSet::new();
            for (j, opening) in calendar.week.iter().enumerate() {
                let path = format!("{path}.week[{j}]");
                if opening.days.iter().any(|day| !days.insert(day.num_days_from_monday())) {
                    found.push(Finding::error(
                        format!("{path}.days"),
                        "A weekday stands here twice.",
                        "同一个星期几出现了两次。",
                    ));
                }
                let mut ended = 0;
                for (k, [from, to]) in opening.open.iter().enumerate() {
                    match (minutes_of_day(from), minutes_of_day(to)) {
                        (Some(opens), Some(closes)) if ended <= opens && opens < closes => ended = closes,
                        (Some(_), Some(_)) => found.push(Finding::error(
                            format!("{path}.open[{k}]"),
                            format!("{from} to {to} does not follow: it ends before it begins, or overlaps the one before."),
                            format!("{from} 至 {to} 不连贯：结束早于开始，或与前一段重叠。"),
                        )),
                        _ => found.push(Finding::error(
                            format!("{path}.open[{k}]"),
                            format!("“{from}” to “{to}”: times are written like 09:00, up to 24:00."),
                            format!("“{from}”至“{to}”：时间应写作 09:00，最晚 24:00。"),
                        )),
                    }
                }
            }
        }
    }

    fn check_levels(&self, found: &mut Vec<Finding>) {
        if self.levels.is_empty() || self.levels.len() > 9 {
            found.push(Finding::error("levels", "One to nine levels.", "应有一到九个等级。"));
        }
        once("levels", self.levels.iter().map(|l| l.key.as_str()), found);
        let mut criteria = BTreeMap::new();
        for (i, level) in self.levels.iter().enumerate() {
            let path = format!("levels[{i}]");
            both(&format!("{path}.name"), &level.name, found);
            for (j, criterion) in level.criteria.iter().enumerate() {
                let path = format!("{path}.criteria[{j}]");
                both(&format!("{path}.text"), &criterion.text, found);
                if let Some(first) = criteria.insert(criterion.key.as_str(), path.clone()) {
                    found.push(Finding::error(
                        format!("{path}.key"),
                        format!(
                            "“{}” already stands at {first}; it cannot lead to two levels.",
                            criterion.key
                        ),
                        format!("“{}”已在 {first} 出现，不能对应两个等级。", criterion.key),
                    ));
                }
            }
            if !level.clocks.iter().any(|promise| promise.duty == self.shown) {
                found.push(Finding::error(
                    format!("{path}.clocks"),
                    "The promise that technicians are shown is missing.",
                    "缺少展示给工程师的承诺时限。",
                ));
            }
            let mut duties = BTreeSet::new();
            for (j, promise) in level.clocks.iter().enumerate() {
                let path = format!("{path}.clocks[{j}]");
                if !duties.insert(promise.duty) {
                    found.push(Finding::error(
                        format!("{path}.duty"),
                        "Promised twice.",
                        "同一承诺出现了两次。",
                    ));
                }
                if !self.calendars.iter().any(|calendar| calendar.key == promise.calendar) {
                    found.push(Finding::error(
                        format!("{path}.calendar"),
                        format!("There is no calendar “{}”.", promise.calendar),
                        format!("没有名为“{}”的日历。", promise.calendar),
                    ));
                }
                let (Budget::Minutes(n) | Budget::WorkingDays(n)) = promise.within;
                let most = if matches!(promise.within, Budget::Minutes(_)) { 30 * 24 * 60 } else { 60 };
                if n == 0 || n > most {
                    found.push(Finding::error(
                        format!("{path}.within"),
                        format!("Between 1 and {most}, not {n}."),
                        format!("应在 1 到 {most} 之间，而不是 {n}。"),
                    ));
                }
            }
        }
        if found.iter().all(|finding| !finding.is_error) {
            self.check_order(found);
        }
    }

    /// What is done later may not fall due earlier. Tried for each hour of two weeks, because the calendars of
    /// two promises may differ.
    fn check_order(&self, found: &mut Vec<Finding>) {
        // A Monday.
        let Some(monday) = DateTime::from_timestamp(1_795_392_000, 0) else { return };
        let starts: Vec<_> = (0..14 * 24).map(|hour| monday + TimeDelta::hours(hour)).collect();
        let open: BTreeMap<&str, Hours> = (self.calendars.iter())
            .filter_map(|one| {
                Some((one.key.as_str(), self.hours(&one.key, monday, monday + TimeDelta::days(14))?))
            })
            .collect();
        for (i, level) in self.levels.iter().enumerate() {
            let dues = |promise: &Promise| -> Vec<Option<DateTime<Utc>>> {
                let hours = open.get(promise.calendar.as_str());
                starts.iter().map(|start| hours?.due(*start, promise.within)).collect()
            };
            let reckoned: Vec<_> = level.clocks.iter().map(|promise| (promise, dues(promise))).collect();
            for (j, (later, due)) in reckoned.iter().enumerate() {
                for (sooner, due_sooner) in
                    reckoned.iter().filter(|(s, _)| s.duty < later.duty && s.from == later.from)
                {
                    let odd = due_sooner
                        .iter()
                        .zip(due)
                        .any(|pair| matches!(pair, (Some(sooner), Some(later)) if later < sooner));
                    if odd {
                        found.push(Finding {
                            path: format!("levels[{i}].clocks[{j}].within"),
                            is_error: false,
                            text: Text::new(
                                format!(
                                    "{}: “{}” may fall due before “{}”, which comes first.",
                                    level.name.en,
                                    later.duty.text().en,
                                    sooner.duty.text().en
                                ),
                                format!(
                                    "{}：“{}”可能早于应先完成的“{}”到期。",
                                    level.name.zh,
                                    later.duty.text().zh,
                                    sooner.duty.text().zh
                                ),
                            ),
                        });
                    }
                }
            }
        }
    }
}

impl Duty {
    pub fn text(self) -> Text {
        match self {
            Duty::FirstResponse => Text::new("First response", "首次响应"),
            Duty::Plan => Text::new("Plan", "制定方案"),
            Duty::Arrive => Text::new("Arrival", "到达现场"),
            Duty::Start => Text::new("Start of work", "开始处理"),
            Duty::Solve => Text::new("Solution", "解决"),
        }
    }
}

fn both(path: &str, text: &Text, found: &mut Vec<Finding>) {
    if text.en.trim().is_empty() || text.zh.trim().is_empty() {
        found.push(Finding::error(path, "Needed in English and in Chinese.", "需要中英文两种文字。"));
    }
}

fn once<'a>(path: &str, keys: impl Iterator<Item = &'a str>, found: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for (i, key) in keys.enumerate() {
        if key.trim().is_empty() {
            found.push(Finding::error(format!("{path}[{i}].key"), "A key is needed.", "需要代号。"));
        } else if !seen.insert(key) {
            found.push(Finding::error(
                format!("{path}[{i}].key"),
                format!("“{key}” stands here twice."),
                format!("“{key}”出现了两次。"),
            ));
        }
    }
}
