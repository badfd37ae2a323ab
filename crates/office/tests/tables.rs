//! Registers in and out as CSV, as a spreadsheet or another program meets them.

use crate::{
    console::OWN,
    roles::staff,
    world::{Answer, World},
};
use axum::{
    body::Body,
    http::{Method, Request},
};
use jobsheet_model::{
    customer::CustomerFile,
    role::Role,
    table::{Register, TableTaken, Wrong},
    view::{AuditEntry, ConsoleRow, Page},
};

struct Desk<'a> {
    world: &'a World,
    cookie: String,
}

impl Desk<'_> {
    async fn gives(&self, path: &str, kind: &str, file: impl Into<Body>) -> Answer {
        let request = Request::post(format!("/console/api/import/{path}"))
            .header("host", "office.test")
            .header("origin", OWN)
            .header("cookie", &self.cookie)
            .header("content-type", kind);
        self.world.send(request.body(file.into()).unwrap()).await
    }

    async fn brings(&self, path: &str, file: impl Into<Body>) -> TableTaken {
        let answer = self.gives(path, "text/csv", file).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    async fn asks(&self, path: &str) -> Answer {
        crate::console::ask(self.world, Method::GET, path, &self.cookie, "", "").await
    }

    async fn finds(&self, what: &str) -> Vec<CustomerFile> {
        self.asks(&format!("/customers?find={what}")).await.json()
    }

    async fn takes(&self, register: &str) -> Answer {
        let answer = self.asks(&format!("/export/{register}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/csv; charset=utf-8"));
        answer
    }
}

async fn desk(world: &World) -> Desk<'_> {
    Desk { world, cookie: staff(world, Role::Admin).await }
}

fn named(taken: &TableTaken) -> Vec<(u32, &str, Wrong)> {
    taken.faults.iter().map(|fault| (fault.row, fault.column.as_str(), fault.wrong)).collect()
}

const CUSTOMERS: &str = "\u{feff}id,name,phone,phase,site_id,site_name,address\r\n\
    K1,\"Kang Da, Ltd.\",139 0000 1111,maintained,K1-A,Roof,8 Erxianqiao North Road\r\n\
    K1,\"Kang Da, Ltd.\",139 0000 1111,maintained,K1-B,Cellar,8 Erxianqiao North Road\r\n\
    K2,东郊冷库,,,,,\r\n";

#[tokio::test]
async fn customers_and_their_equipment_come_in_and_are_found() {
    let world = World::new();
    let desk = desk(&world).await;
    let tried = desk.brings("customers?try=true", CUSTOMERS).await;
    assert_eq!((tried.rows, tried.written, tried.faults.len()), (3, false, 0));
    assert_eq!(desk.finds("Kang").await.len(), 0, "only tried");

    let taken = desk.brings("customers", CUSTOMERS).await;
    assert_eq!((taken.rows, taken.written, taken.encoding.as_str()), (3, true, "UTF-8"));
    let found = desk.finds("Kang").await;
    assert_eq!((found[0].customer.name.as_str(), found[0].sites.len()), ("Kang Da, Ltd.", 2));
    assert_eq!(
        desk.finds("%E5%86%B7%E5%BA%93").await.iter().filter(|file| file.customer.id == "K2").count(),
        1
    );

    let equipment =
        "id;customer;site;kind;name_zh;serial;purchased\nKE1;K1;K1-B;chiller;冷水机组;S-4711;2025-03-01\n";
    assert!(desk.brings("equipment", equipment).await.written, "also with semicolons");
    let found = desk.finds("S-4711").await;
    assert_eq!(found[0].owned("KE1").unwrap().equipment.name.en, "冷水机组");
    // The same again is the same.
    assert!(desk.brings("customers", CUSTOMERS).await.written);
    assert_eq!(desk.finds("Kang").await[0].equipment.len(), 1);
}

#[tokio::test]
async fn with_a_fault_in_any_row_nothing_is_written_and_all_are_said() {
    let world = World::new();
    let desk = desk(&world).await;
    assert!(desk.brings("customers", CUSTOMERS).await.written);
    let file = "id,customer,site,kind,name_zh,warranty_until\n\
        E1,K1,K1-A,,冷水机组,\n\
        E2,K9,,,冷水机组,\n\
        E3,K1,K9-A,,冷水机组,\n\
        E4,K1,,rocket,冷水机组,\n";
    let taken = desk.brings("equipment", file).await;
    assert!(!taken.written);
    assert_eq!(
        named(&taken),
        [(3, "customer", Wrong::Unknown), (4, "site", Wrong::Unknown), (5, "kind", Wrong::Unknown)]
    );
    let dates = file.replace(",\n", ",2026-02-30\n").replace("warranty_until,2026-02-30", "warranty_until");
    let taken = desk.brings("equipment", dates).await;
    assert!(taken.faults.iter().any(|fault| fault.wrong == Wrong::NotADate), "{:?}", taken.faults);
    assert_eq!(desk.finds("Kang").await[0].equipment.len(), 0, "not even the good row");

    // Somebody else's machine does not change hands by a file.
    assert!(desk.brings("equipment", "id,customer,name_en\nE1,K1,Chiller\n").await.written);
    let taken = desk.brings("equipment", "id,customer,name_en\nE1,K2,Chiller\n").await;
    assert_eq!(named(&taken), [(2, "id", Wrong::AnothersOwn)]);
    let taken = desk.brings("customers", "id,name,site_id\nK2,East,K1-A\n").await;
    assert_eq!(named(&taken), [(2, "site_id", Wrong::AnothersOwn)]);
}

#[tokio::test]
async fn a_file_of_another_kind_is_named_for_what_it_is() {
    let world = World::new();
    let desk = desk(&world).await;
    let (gb, _, _) = encoding_rs::GB18030.encode("id,name\nG1,成都康达医院\n");
    let taken = desk.brings("customers", gb.into_owned()).await;
    assert_eq!((taken.written, taken.encoding.as_str()), (true, "GB18030"));
    assert_eq!(
        desk.finds("%E5%BA%B7%E8%BE%BE").await.iter().filter(|file| file.customer.id == "G1").count(),
        1
    );

    assert_eq!(named(&desk.brings("customers", vec![0xff, 0x00, 0xd8]).await), [(1, "", Wrong::Encoding)]);
    assert_eq!(named(&desk.brings("customers", "").await), [(1, "", Wrong::Empty)]);
    let found = desk.brings("customers", "id,title\n1,2\n").await;
    assert_eq!(named(&found), [(1, "title", Wrong::UnknownColumn), (1, "name", Wrong::MissingColumn)]);
    let answer = desk.gives("customers", "application/json", "{}").await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (415, "/problems/unknown-media-type"));
    let answer = desk.gives("customers?try=perhaps", "text/csv", "").await;
    assert_eq!(answer.problem(), "/problems/bad-request");
    assert_eq!(desk.gives("secrets", "text/csv", "").await.problem(), "/problems/not-found");
    let answer = desk.gives("customers", "text/csv", vec![b'a'; 17 << 20]).await;
    assert_eq!(answer.problem(), "/problems/too-large");
}

#[tokio::test]
async fn parts_are_as_the_file_says_and_the_others_stay() {
    let world = World::new();
    let desk = desk(&world).await;
    let before = String::from_utf8(desk.takes("parts").await.body).unwrap();
    let file = "number,name_zh,price,serialised\nNEW-1,新轴承,12.5,yes\n";
    assert!(desk.brings("parts", file).await.written);
    let after = String::from_utf8(desk.takes("parts").await.body).unwrap();
    assert!(after.contains("NEW-1,新轴承,新轴承,,,,12.50,CNY,yes"), "{}", &after[..400]);
    assert_eq!(after.lines().count(), before.lines().count() + 1);
    // What went out comes in again.
    assert!(desk.brings("parts", after.clone()).await.written);
    assert_eq!(String::from_utf8(desk.takes("parts").await.body).unwrap(), after);
    // Phones hear of it.
    let mut phone = world.phone("wang.lei").await;
    let set = phone.sync_for_reference().await.into_iter().find(|set| set.name == "parts").unwrap();
    let answer = world.app(Method::GET, &format!("/v1/reference/{}", set.digest), &phone.token, "").await;
    assert!(String::from_utf8(answer.body).unwrap().contains("NEW-1"));
}

#[tokio::test]
async fn work_orders_of_a_file_go_through_intake() {
    let world = World::new();
    let desk = desk(&world).await;
    desk.brings("customers", CUSTOMERS.replace("东郊冷库", "East")).await;
    desk.brings("equipment", "id,customer,site,kind,name_en\nKE1,K1,K1-B,chiller,Chiller\n").await;
    let rows = async || desk.asks("/work-orders").await.json::<Vec<ConsoleRow>>();
    let before = rows().await.len();
    let file = "customer,site,equipment,symptom,problem_type\nK1,K1-B,KE1,Makes a noise,fault\nK1,K1-A,,No light,fault\n";
    let tried = desk.brings("work-orders?try=true", file).await;
    assert_eq!(named(&tried), []);
    assert_eq!(rows().await.len(), before);
    assert!(desk.brings("work-orders", file).await.written);
    let now = rows().await;
    assert_eq!(now.len(), before + 2);
    assert!(now.iter().any(|row| row.symptom == "Makes a noise" && row.customer == "Kang Da, Ltd."));
    let bad = "customer,site,equipment,symptom,channel,problem_type\n\
        K9,K1-A,,x,,fault\nK1,K9,,x,,fault\nK1,K1-A,E9,x,,fault\nK1,K1-A,,x,pigeon,fault\nK1,K1-A,,x,phone,witchcraft\n";
    let taken = desk.brings("work-orders", bad).await;
    assert!(!taken.written);
    assert_eq!(
        named(&taken),
        [
            (2, "customer", Wrong::Unknown),
            (3, "site", Wrong::Unknown),
            (4, "equipment", Wrong::Unknown),
            (5, "channel", Wrong::NotAChoice),
            (6, "problem_type", Wrong::Unfit),
        ]
    );
    assert_eq!(rows().await.len(), before + 2);
    let out = String::from_utf8(desk.takes("work-orders").await.body).unwrap();
    assert_eq!(out.lines().count(), before + 3);
    assert!(out.contains("Makes a noise"));
}

#[tokio::test]
async fn what_is_taken_out_does_nothing_in_a_spreadsheet_and_it_is_noted_who_took_it() {
    let world = World::new();
    let desk = desk(&world).await;
    let evil = "id,name,phone\nX1,\"=HYPERLINK(\"\"http://evil.test\"\")\",+86 28\n";
    assert!(desk.brings("customers", evil).await.written);
    let out = String::from_utf8(desk.takes("customers").await.body).unwrap();
    let line = out.lines().find(|line| line.starts_with("X1")).unwrap();
    assert!(line.starts_with("X1,\"'=HYPERLINK(\"\"http://evil.test\"\")\",,'+86 28"), "{line}");
    assert!(out.starts_with('\u{feff}'));
    assert!(desk.brings("customers", out.clone()).await.written, "and comes back as it was");
    assert_eq!(String::from_utf8(desk.takes("customers").await.body).unwrap(), out);
    for register in Register::ALL {
        desk.takes(register.word()).await;
    }
    let page: Page<AuditEntry> = desk.asks("/audit?limit=200").await.json();
    for register in Register::ALL {
        let act = format!("GET /console/api/export/{}", register.word());
        assert!(page.items.iter().any(|entry| entry.act == act && entry.actor == "a.admin"), "{act}");
    }
}

#[tokio::test]
async fn what_a_file_writes_over_is_kept_as_it_was() {
    let world = World::new();
    let desk = desk(&world).await;
    desk.brings("customers", CUSTOMERS).await;
    let before = desk.finds("Kang").await.remove(0);
    // Two rows of one customer, and a machine of theirs: one version each time.
    desk.brings("customers", CUSTOMERS.replace("Kang Da", "Kang Da New")).await;
    desk.brings("equipment", "id,customer,name_en\nM1,K1,Chiller\n").await;
    assert_eq!(desk.finds("Kang").await[0].customer.name, "Kang Da New, Ltd.");
    // No page shows it yet: it is looked up where it lies, which a file allows.
    let file = world.folder.path().join("office.db");
    if !file.is_file() {
        return;
    }
    let db = rusqlite::Connection::open(file).unwrap();
    let mut statement = db
        .prepare("SELECT actor, body FROM customer_version WHERE customer = 'K1' ORDER BY version")
        .unwrap();
    let kept: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let files: Vec<CustomerFile> = kept.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(files.len(), 2);
    assert_eq!(files[0], before);
    assert_eq!((files[1].customer.name.as_str(), files[1].equipment.len()), ("Kang Da New, Ltd.", 0));
    assert_eq!(kept[0].0, "A admin");
}
