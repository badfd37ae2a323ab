//! Who the demo company is: its people, customers, levels, tariff, checklists and fault codes.

use super::parts::Catalogue;
use anyhow::{Context, Result};
use jobsheet_model::{
    Digest, TechnicianId, Text,
    place::Position,
    reference::FaultCode,
    standard::{self, Standard},
    step::Template,
    work_order::{Channel, Impact, Tariff, Technician, Tool, Wants},
};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

pub struct Person {
    pub login: &'static str,
    name: &'static str,
    phone: &'static str,
    base: (f64, f64),
}

const fn person(login: &'static str, name: &'static str, phone: &'static str, lat: f64, lon: f64) -> Person {
    Person { login, name, phone, base: (lat, lon) }
}

pub const TECHNICIANS: [Person; 6] = [
    person("wang.lei", "王磊", "138 8055 0101", 30.6478, 104.0932),
    person("chen.chen", "陈晨", "138 8055 0102", 30.6801, 104.0512),
    person("zhao.min", "赵敏", "138 8055 0103", 30.6336, 104.0469),
    person("ana.li", "Ana Li", "138 8055 0104", 30.5838, 104.0655),
    person("liu.yang", "刘洋", "138 8055 0105", 30.5812, 103.9301),
    person("sun.hao", "孙浩", "138 8055 0106", 30.5598, 104.2581),
];

/// Where the same thing is meant at every start, it has the same id.
pub fn id_of(name: &str) -> Uuid {
    let digest = Digest::of(format!("jobsheet demo {name}").as_bytes());
    let number = u128::from_str_radix(&digest.as_str()[..32], 16).unwrap_or_default();
    uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
}

/// A number between 0 and `below` that is the same at every start.
pub fn pick(name: &str, below: usize) -> usize {
    let digest = Digest::of(name.as_bytes());
    let number = u64::from_str_radix(&digest.as_str()[..12], 16).unwrap_or_default();
    usize::try_from(number % below.max(1) as u64).unwrap_or_default()
}

pub struct Company {
    pub technicians: Vec<Technician>,
    pub customers: Vec<Customer>,
    pub templates: Vec<Template>,
    pub faults: Vec<FaultCode>,
    pub catalogue: Catalogue,
}

#[derive(Deserialize)]
pub struct Customer {
    /// Whose area it is.
    pub technician: String,
    pub name: String,
    pub contact: String,
    pub language: jobsheet_model::Language,
    pub district: String,
    pub address: String,
    pub landmark: String,
    pub lat: f64,
    pub lon: f64,
    pub site: String,
    pub cover: Cover,
    pub equipment: Vec<Equipment>,
    pub requests: Vec<Request>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    Warranty,
    Ended,
    Contract,
}

#[derive(Deserialize)]
pub struct Equipment {
    /// Id of its checklist.
    #[serde(rename = "type")]
    pub kind: String,
    pub model: String,
    pub serial: String,
    /// Months since it was bought.
    pub months: u32,
}

#[derive(Deserialize)]
pub struct Request {
    /// Already given to a technician; the others wait.
    pub planned: bool,
    /// Which of the customer's equipment.
    pub equipment: usize,
    pub level: u8,
    pub problem: Problem,
    pub channel: Channel,
    pub impact: Impact,
    pub wants: Wants,
    pub safety_risk: bool,
    pub estimate: u32,
    pub symptom: String,
    pub tried: String,
}

/// Problem types (A9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    Fault,
    Guidance,
    Installation,
    Complaint,
}

impl Problem {
    /// As the shipped standard has it.
    pub fn key(self) -> &'static str {
        match self {
            Problem::Fault => "fault",
            Problem::Guidance => "guidance",
            Problem::Installation => "installation",
            Problem::Complaint => "complaint",
        }
    }

    pub fn text(self) -> Text {
        match self {
            Problem::Fault => Text::new("Product fault", "产品故障"),
            Problem::Guidance => Text::new("Guidance on use", "使用指导"),
            Problem::Installation => Text::new("Installation and commissioning", "安装调试"),
            Problem::Complaint => Text::new("Complaint or suggestion", "投诉建议"),
        }
    }
}

impl Company {
    pub fn read() -> Result<Self> {
        let technicians = TECHNICIANS.iter().map(|one| Technician {
            id: TechnicianId(id_of(one.login)),
            login: one.login.into(),
            name: one.name.into(),
            phone: one.phone.into(),
            base: Position::new(one.base.0, one.base.1),
        });
        Ok(Self {
            technicians: technicians.collect(),
            customers: list("customers", include_str!("../../demo/customers.json"))?,
            templates: list("templates", include_str!("../../demo/templates.json"))?,
            faults: list("faults", include_str!("../../demo/faults.json"))?,
            catalogue: Catalogue::read()?,
        })
    }

    pub fn template(&self, id: &str) -> Result<&Template> {
        let found = self.templates.iter().find(|template| template.id == id);
        found.with_context(|| format!("The demo company has no checklist {id}"))
    }
}

pub fn list<T: DeserializeOwned>(name: &str, json: &str) -> Result<Vec<T>> {
    serde_json::from_str(json).with_context(|| format!("Reading demo/{name}.json"))
}

/// The standard that the demo company promises by (A7, A8).
pub fn standard() -> Result<Standard> {
    standard::shipped_one("A").context("The standard that ships is not there")
}

pub fn tariff() -> Tariff {
    Tariff {
        version: "2026-07".into(),
        currency: "CNY".into(),
        labour_per_hour: 14_200,
        labour_step: 15,
        call_out: 8_000,
        out_of_hours_percent: 50,
        opens: 8 * 60 + 30,
        closes: 18 * 60,
    }
}

pub const EQUIPMENT: [&str; 7] =
    ["chiller", "centrifuge", "split_ac", "purifier", "ups", "dishwasher", "autoclave"];

pub fn equipment_name(kind: &str) -> Text {
    match kind {
        "chiller" => Text::new("Water chiller", "冷水机组"),
        "centrifuge" => Text::new("Laboratory centrifuge", "医用离心机"),
        "split_ac" => Text::new("Split air conditioner", "分体空调"),
        "purifier" => Text::new("Water purifier", "净水设备"),
        "ups" => Text::new("UPS", "UPS 不间断电源"),
        "dishwasher" => Text::new("Commercial dishwasher", "商用洗碗机"),
        _ => Text::new("Steam steriliser", "高压蒸汽灭菌器"),
    }
}

/// The kit of A20, and what this equipment needs besides.
pub fn tools(kind: &str) -> Vec<Tool> {
    let common = [
        ("multimeter", "Multimeter", "万用表"),
        ("test_pen", "Voltage tester", "验电笔"),
        ("screwdrivers", "Screwdriver set", "螺丝刀组"),
        ("cleaning", "Cleaning kit", "清洁工具"),
    ];
    let special: &[(&str, &str, &str)] = match kind {
        "chiller" => &[
            ("gauges", "Manifold gauges", "冷媒压力表组"),
            ("leak_detector", "Leak detector", "检漏仪"),
            ("torque_wrench", "Torque wrench 20–100 N·m", "扭矩扳手 20–100 N·m"),
            ("clamp", "Clamp meter", "钳形电流表"),
        ],
        "centrifuge" => &[
            ("tachometer", "Optical tachometer", "光电转速表"),
            ("vibration", "Vibration meter", "测振仪"),
            ("earth", "Earth resistance tester", "接地电阻测试仪"),
        ],
        "split_ac" => &[
            ("gauges", "Manifold gauges", "冷媒压力表组"),
            ("vacuum_pump", "Vacuum pump", "真空泵"),
            ("harness", "Safety harness", "安全带"),
            ("flaring", "Flaring tool", "扩口器"),
        ],
        "purifier" => {
            &[("tds", "TDS meter", "TDS 测试笔"), ("housing_key", "Filter housing wrench", "滤瓶扳手")]
        }
        "ups" => &[
            ("battery_tester", "Battery tester", "电池内阻仪"),
            ("gloves", "Insulating gloves", "绝缘手套"),
            ("torque_wrench", "Torque wrench 2–20 N·m", "扭矩扳手 2–20 N·m"),
        ],
        "dishwasher" => &[
            ("thermometer", "Probe thermometer", "探针温度计"),
            ("megger", "Insulation tester", "绝缘电阻测试仪"),
        ],
        _ => &[
            ("reference_gauge", "Reference pressure gauge", "标准压力表"),
            ("bd_pack", "Bowie-Dick test pack", "B-D 试验包"),
            ("megger", "Insulation tester", "绝缘电阻测试仪"),
        ],
    };
    let tool = |(key, en, zh): &(&str, &str, &str)| Tool { key: (*key).into(), name: Text::new(*en, *zh) };
    common.iter().chain(special).map(tool).collect()
}

/// Parts that a fault of this equipment most often asks for: the kind, and which of its sizes.
pub fn usual_parts(kind: &str) -> [(&'static str, usize); 2] {
    match kind {
        "chiller" => [("contactor", 13), ("psensor", 8)],
        "centrifuge" => [("doorlock", 2), ("drive", 3)],
        "split_ac" => [("capacitor", 6), ("tsensor", 1)],
        "purifier" => [("membrane", 5), ("boost", 5)],
        "ups" => [("coolfan", 6), ("battery", 9)],
        "dishwasher" => [("heater", 5), ("limit", 11)],
        _ => [("doorseal", 11), ("safety", 1)],
    }
}

pub fn introduction() -> Text {
    Text::new(
        "Hello, I am your service engineer from Jincheng Equipment Service; here is my badge. I will first \
         check the fault with you, tell you what I find and what it may cost, and start only when you agree.",
        "您好，我是锦程设备服务的工程师，这是我的工牌。我先和您一起确认故障现象，再说明检查结果和可能的费用，\
         经您同意后再开始维修。",
    )
}

pub fn consent() -> Text {
    Text::new(
        "I have seen the work described above and the parts listed. I accept it, and I agree to the charges shown.",
        "本人已核对上述服务内容和所列配件，确认验收，并同意所列费用。",
    )
}

/// What earlier visits were about, newest first in the story of a machine.
pub fn past_summaries(kind: &str) -> [(&'static str, &'static str); 4] {
    match kind {
        "chiller" => [
            ("Cleaned the condenser, pressures normal", "清洗冷凝器，压力恢复正常"),
            ("Replaced the contactor of compressor A", "更换 A 压缩机接触器"),
            ("Yearly service, oil changed", "年度保养，更换润滑油"),
            ("Found and closed a leak at the liquid line", "液管检漏补焊"),
        ],
        "centrifuge" => [
            ("Replaced the carbon brushes", "更换碳刷"),
            ("Yearly service, speed calibrated", "年度保养，校准转速"),
            ("Replaced the lid lock microswitch", "更换门锁微动开关"),
            ("Cleaned the chamber, new vibration dampers", "清洁转子室，更换减振器"),
        ],
        "split_ac" => [
            ("Made a flare joint again, recharged", "重做喇叭口并补氟"),
            ("Cleaned the indoor coil", "清洗室内机蒸发器"),
            ("Replaced the run capacitor", "更换启动电容"),
            ("Cleared the condensate drain", "疏通冷凝水管"),
        ],
        "purifier" => [
            ("Replaced the pre-filters", "更换前置滤芯"),
            ("Replaced the RO membrane", "更换反渗透膜"),
            ("Replaced the inlet solenoid valve", "更换进水电磁阀"),
            ("Replaced the UV lamp", "更换紫外灯管"),
        ],
        "ups" => [
            ("Battery test passed, terminals tightened", "电池放电测试合格，紧固端子"),
            ("Replaced two fans", "更换两只风扇"),
            ("Yearly service, dust removed", "年度保养，除尘"),
            ("Replaced the battery string", "整组更换蓄电池"),
        ],
        "dishwasher" => [
            ("Descaled the boiler, rinse at 84 °C", "锅炉除垢，漂洗温度 84 °C"),
            ("Replaced the door switch", "更换门开关"),
            ("Replaced the drain pump", "更换排水泵"),
            ("Set the dosing to soft water", "按软水调整投加量"),
        ],
        _ => [
            ("Replaced the door gasket, leak test passed", "更换门密封圈，泄漏试验合格"),
            ("Yearly test of the safety valve", "安全阀年检"),
            ("Replaced a heating element", "更换加热管"),
            ("Calibrated the temperature sensors", "校准温度传感器"),
        ],
    }
}
