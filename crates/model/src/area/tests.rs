use super::*;
use serde_json::json;

/// A square of the grid: west, south, and how wide.
fn square(west: f64, south: f64, wide: f64) -> serde_json::Value {
    let (east, north) = (west + wide, south + wide);
    json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
}

fn feature(key: &str, geometry: &str, coordinates: serde_json::Value) -> serde_json::Value {
    json!({
        "type": "Feature", "properties": {"key": key, "name": format!("{key}区")},
        "geometry": {"type": geometry, "coordinates": coordinates}
    })
}

fn collection(features: Vec<serde_json::Value>) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// West and east side by side, a ring with a hole to the north of them, islands far away.
fn city() -> Vec<Area> {
    import(&collection(vec![
        feature("west", "Polygon", json!([square(104.0, 30.0, 0.1)])),
        feature("east", "Polygon", json!([square(104.1, 30.0, 0.1)])),
        feature("ring", "Polygon", json!([square(104.0, 30.1, 0.2), square(104.05, 30.15, 0.1)])),
        feature("isles", "MultiPolygon", json!([[square(105.0, 31.0, 0.1)], [square(105.5, 31.0, 0.1)]])),
    ]))
    .expect("areas")
}

fn site(position: Option<Position>, address: &str) -> Site {
    Site {
        id: String::new(),
        name: String::new(),
        address: address.into(),
        landmark: String::new(),
        position,
        radius_m: 150,
    }
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[test]
fn a11_where_a_point_lies() {
    let areas = city();
    let map = Map::new(&areas);
    for (lat, lon, expected, why) in [
        (30.05, 104.05, &["west"][..], "inside"),
        (30.05, 104.15, &["east"], "inside"),
        (30.05, 104.1, &["east", "west"], "on a border: of both"),
        (30.1, 104.1, &["east", "ring", "west"], "where three meet: of all"),
        (30.0, 104.0, &["west"], "a corner"),
        (30.12, 104.02, &["ring"], "in the ring"),
        (30.2, 104.1, &[], "in its hole"),
        (30.15, 104.1, &["ring"], "on the edge of the hole"),
        (31.05, 105.05, &["isles"], "the first polygon of two"),
        (31.05, 105.55, &["isles"], "the second"),
        (31.05, 105.3, &[], "between them"),
        (-30.05, 104.05, &[], "elsewhere"),
    ] {
        assert_eq!(map.at(&Position::new(lat, lon)), keys(expected), "{why}");
    }
}

#[test]
fn a11_a_site_without_a_position_lies_where_its_address_says() {
    let areas = city();
    let map = Map::new(&areas);
    assert_eq!(map.place(&site(None, "成都市west区 8 号")), Place::In(keys(&["west"])));
    assert_eq!(map.place(&site(None, "成都市某处 8 号")), Place::Unknown);
    // Some phones say 0/0 when they know nothing.
    assert_eq!(map.place(&site(Some(Position::new(0.0, 0.0)), "east区")), Place::In(keys(&["east"])));
    // What is known counts more than what an address says.
    assert_eq!(map.place(&site(Some(Position::new(30.2, 104.1)), "east区")), Place::Outside);
    assert_eq!(Map::new(&[]).place(&site(None, "")), Place::Anywhere);
}

#[test]
fn a11_neighbours_touch_and_steps_are_counted_over_them() {
    let areas = city();
    let neighbours = |key: &str| areas.iter().find(|area| area.key == key).expect(key).neighbours.clone();
    assert_eq!(neighbours("west"), ["east", "ring"]);
    assert_eq!(neighbours("isles"), [""; 0]);
    let map = Map::new(&areas);
    for (from, to, steps) in [
        (&["west"][..], &["west"][..], Some(0)),
        (&["west"], &["east"], Some(1)),
        (&["west"], &["east", "west"], Some(0)),
        (&["west"], &["isles"], None),
        (&[], &["west"], None),
    ] {
        assert_eq!(map.steps(&keys(from), &keys(to)), steps, "{from:?} {to:?}");
    }
    // In a row of four, by the borders between.
    let row: Vec<_> = (0..4)
        .map(|i| feature(&format!("r{i}"), "Polygon", json!([square(100.0 + f64::from(i) * 0.1, 20.0, 0.1)])))
        .collect();
    let row = import(&collection(row)).expect("areas");
    assert_eq!(Map::new(&row).steps(&keys(&["r0"]), &keys(&["r3"])), Some(3));
}

#[test]
fn a11_borders_that_two_hands_drew_need_not_meet() {
    let apart = |gap: f64| {
        let two = vec![
            feature("a", "Polygon", json!([square(104.0, 30.0, 0.1)])),
            feature("b", "Polygon", json!([square(104.1 + gap, 30.0, 0.1)])),
        ];
        import(&collection(two)).expect("areas")[0].neighbours.len()
    };
    assert_eq!((apart(0.0015), apart(-0.01), apart(0.01)), (1, 1, 0));
}

#[test]
fn a11_what_is_no_area_is_said_by_its_place_and_nothing_is_taken() {
    let good = feature("a", "Polygon", json!([square(104.0, 30.0, 0.1)]));
    let open = json!([[104.0, 30.0], [104.1, 30.0], [104.1, 30.1], [104.0, 30.1]]);
    let bow = json!([[104.0, 30.0], [104.1, 30.1], [104.1, 30.0], [104.0, 30.1], [104.0, 30.0]]);
    for (json, path) in [
        ("{".to_owned(), ""),
        ("{}".to_owned(), "type"),
        (collection(vec![]), "features"),
        (collection(vec![good.clone(), good.clone()]), "features[1].properties"),
        (
            collection(vec![json!({"type": "Feature", "properties": {}, "geometry": good["geometry"]})]),
            "features[0].properties",
        ),
        (collection(vec![feature("a", "Point", json!([104.0, 30.0]))]), "features[0].geometry.type"),
        (collection(vec![feature("a", "Polygon", json!([]))]), "features[0].geometry.coordinates"),
        (collection(vec![feature("a", "Polygon", json!([open]))]), "features[0].geometry.coordinates[0][0]"),
        (collection(vec![feature("a", "Polygon", json!([bow]))]), "features[0].geometry.coordinates"),
        (
            collection(vec![feature("a", "Polygon", json!([square(404.0, 30.0, 0.1)]))]),
            "features[0].geometry.coordinates[0][0]",
        ),
        (
            // A hole that lies beside the outline.
            collection(vec![feature(
                "a",
                "Polygon",
                json!([square(104.0, 30.0, 0.1), square(105.0, 30.0, 0.1)]),
            )]),
            "features[0].geometry.coordinates",
        ),
    ] {
        let found = import(&json).expect_err(path);
        assert!(found[0].is_error && !found[0].text.zh.is_empty());
        assert_eq!(found[0].path, path);
    }
}

#[test]
fn a11_names_and_words_come_from_what_map_makers_write() {
    let geometry = json!({"type": "Polygon", "coordinates": [square(104.0, 30.0, 0.1)]});
    let areas = import(
        &json!({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"adcode": 510104, "name": "锦江区"}, "geometry": geometry},
            {"type": "Feature", "id": "n", "properties": {"name_en": "North", "name_zh": "北片", "words": "青羊区、金牛区"}, "geometry": geometry},
        ]})
        .to_string(),
    )
    .expect("areas");
    assert_eq!((areas[0].key.as_str(), &areas[0].name), ("510104", &Text::new("锦江区", "锦江区")));
    assert_eq!(areas[0].words, ["锦江区"]);
    assert_eq!((areas[1].key.as_str(), &areas[1].name), ("n", &Text::new("North", "北片")));
    assert_eq!(areas[1].words, ["青羊区", "金牛区"]);
}
