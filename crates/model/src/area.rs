//! Service areas: what a firm draws as GeoJSON, and where a site lies in it (A11).
//!
//! A point on a border belongs to both sides; one in a hole to neither. Positions are whole micro-degrees of WGS-84,
//! as elsewhere, so that they compare and hash alike everywhere.

use crate::{Text, place::Position, standard::Finding, work_order::Site};
use geo::{
    BoundingRect, Coord, Distance, Euclidean, Intersects, LineString, MultiPolygon, Point, Polygon,
    Validation,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use ts_rs::TS;

/// A firm with more has drawn houses, not areas.
pub const MOST_AREAS: usize = 500;
pub const MOST_POINTS: usize = 200_000;
/// Two outlines of one border that were drawn by two hands lie apart by as much, in degrees: some two hundred metres.
const APART: f64 = 0.002;

/// A closed line: `[longitude, latitude]` in millionths of a degree; the last point is the first.
pub type Ring = Vec<[i32; 2]>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Area {
    pub key: String,
    pub name: Text,
    /// What an address says that lies here, for sites whose position nobody knows: "锦江区".
    pub words: Vec<String>,
    /// Polygons; of each the outer ring first, then its holes.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<Vec<Vec<i32>>>>))]
    pub shape: Vec<Vec<Ring>>,
    /// Keys of the areas that it touches, worked out when it was imported.
    pub neighbours: Vec<String>,
}

/// Where a site lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The firm has no areas: every place is as good as another.
    Anywhere,
    /// It has no position, and its address names no area.
    Unknown,
    /// In none of the areas.
    Outside,
    In(BTreeSet<String>),
}

/// The areas of a firm, ready to be asked.
pub struct Map<'a> {
    areas: &'a [Area],
    shapes: Vec<MultiPolygon>,
}

impl<'a> Map<'a> {
    pub fn new(areas: &'a [Area]) -> Self {
        Self { areas, shapes: areas.iter().map(|area| outline(&area.shape)).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The areas that a position lies in: two on their border.
    pub fn at(&self, position: &Position) -> BTreeSet<String> {
        let point = Point::new(f64::from(position.lon_e6) / 1e6, f64::from(position.lat_e6) / 1e6);
        let here = self.areas.iter().zip(&self.shapes).filter(|(_, shape)| shape.intersects(&point));
        here.map(|(area, _)| area.key.clone()).collect()
    }

    /// Where a site lies: by its position, or where nobody knows that by what its address says.
    pub fn place(&self, site: &Site) -> Place {
        if self.is_empty() {
            return Place::Anywhere;
        }
        if let Some(position) = site.position.filter(Position::is_real) {
            let here = self.at(&position);
            return if here.is_empty() { Place::Outside } else { Place::In(here) };
        }
        let named = |area: &&Area| {
            area.words.iter().any(|word| !word.trim().is_empty() && site.address.contains(word.trim()))
        };
        let here: BTreeSet<_> = self.areas.iter().filter(named).map(|area| area.key.clone()).collect();
        if here.is_empty() { Place::Unknown } else { Place::In(here) }
    }

    /// How many borders lie between an area and the nearest of some others: 0 in the same one.
    pub fn steps(&self, from: &BTreeSet<String>, to: &BTreeSet<String>) -> Option<u32> {
        let by_key: BTreeMap<_, _> = self.areas.iter().map(|area| (area.key.as_str(), area)).collect();
        let mut seen: BTreeSet<&str> = from.iter().map(String::as_str).collect();
        let mut queue: VecDeque<(&str, u32)> = seen.iter().map(|key| (*key, 0)).collect();
        while let Some((key, steps)) = queue.pop_front() {
            if to.contains(key) {
                return Some(steps);
            }
            for next in by_key.get(key).into_iter().flat_map(|area| &area.neighbours) {
                if seen.insert(next) {
                    queue.push_back((next, steps + 1));
                }
            }
        }
        None
    }
}

fn outline(shape: &[Vec<Ring>]) -> MultiPolygon {
    let line = |ring: &Ring| -> LineString {
        ring.iter().map(|[lon, lat]| Coord { x: f64::from(*lon) / 1e6, y: f64::from(*lat) / 1e6 }).collect()
    };
    let polygon = |rings: &Vec<Ring>| {
        let mut lines = rings.iter().map(line);
        let outer = lines.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outer, lines.collect())
    };
    MultiPolygon::new(shape.iter().map(polygon).collect())
}

/// Reads a GeoJSON FeatureCollection of polygons. Everything that is wrong is said by its place in the file; then
/// nothing of it is taken.
pub fn import(json: &str) -> Result<Vec<Area>, Vec<Finding>> {
    let value: Value = serde_json::from_str(json).map_err(|why| {
        let (line, column) = (why.line(), why.column());
        vec![Finding::error(
            "",
            format!("This is no JSON: line {line}, column {column}."),
            format!("不是有效的 JSON：第 {line} 行第 {column} 列。"),
        )]
    })?;
    let features = value.get("features").and_then(Value::as_array);
    let (Some("FeatureCollection"), Some(features)) = (value.get("type").and_then(Value::as_str), features)
    else {
        return Err(vec![Finding::error(
            "type",
            "This is no GeoJSON FeatureCollection.",
            "不是 GeoJSON 的 FeatureCollection。",
        )]);
    };
    if features.is_empty() || features.len() > MOST_AREAS {
        return Err(vec![Finding::error(
            "features",
            format!("Between 1 and {MOST_AREAS} areas, not {}.", features.len()),
            format!("应有 1 到 {MOST_AREAS} 个区域，而不是 {} 个。", features.len()),
        )]);
    }
    let mut reading = Reading { found: Vec::new(), points: 0 };
    let mut areas: Vec<Area> = Vec::new();
    for (i, feature) in features.iter().enumerate() {
        let path = format!("features[{i}]");
        let Some(area) = reading.area(feature, &path) else { continue };
        if let Some(other) = areas.iter().position(|one| one.key == area.key) {
            reading.say(
                format!("{path}.properties"),
                format!("“{}” is also the key of area {}.", area.key, other + 1),
                format!("“{}”也是第 {} 个区域的代号。", area.key, other + 1),
            );
        }
        areas.push(area);
    }
    if reading.points > MOST_POINTS {
        reading.say(
            "features".into(),
            format!("More than {MOST_POINTS} points. Please simplify the outlines."),
            format!("超过 {MOST_POINTS} 个点，请先简化边界。"),
        );
    }
    if !reading.found.is_empty() {
        return Err(reading.found);
    }
    find_neighbours(&mut areas);
    Ok(areas)
}

struct Reading {
    found: Vec<Finding>,
    points: usize,
}

impl Reading {
    fn say(&mut self, path: String, en: String, zh: String) {
        self.found.push(Finding::error(path, en, zh));
    }

    fn area(&mut self, feature: &Value, path: &str) -> Option<Area> {
        let properties = feature.get("properties").unwrap_or(&Value::Null);
        let word = |value: Option<&Value>| match value {
            Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let text = |name: &str| word(properties.get(name));
        let named = text("name").or(text("name_zh")).or(text("name_en"));
        let key =
            text("key").or(text("adcode")).or(text("code")).or(word(feature.get("id"))).or(named.clone());
        let (Some(named), Some(key)) = (named, key) else {
            self.say(format!("{path}.properties"), "An area needs a name.".into(), "区域需要名称。".into());
            return None;
        };
        if named.chars().count() > 100 || key.chars().count() > 100 {
            self.say(
                format!("{path}.properties"),
                "Names have at most 100 characters.".into(),
                "名称最多 100 个字符。".into(),
            );
            return None;
        }
        let words: Vec<String> = match properties.get("words") {
            Some(Value::Array(words)) => words.iter().filter_map(|one| word(Some(one))).collect(),
            Some(Value::String(words)) => words
                .split([',', '，', '、', ';', ' '])
                .map(|one| one.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect(),
            _ => vec![named.clone()],
        };
        let name = Text::new(
            text("name_en").unwrap_or_else(|| named.clone()),
            text("name_zh").unwrap_or_else(|| named.clone()),
        );
        let shape = self.shape(feature.get("geometry"), &format!("{path}.geometry"))?;
        Some(Area { key, name, words, shape, neighbours: Vec::new() })
    }

    fn shape(&mut self, geometry: Option<&Value>, path: &str) -> Option<Vec<Vec<Ring>>> {
        let kind = geometry.and_then(|one| one.get("type")).and_then(Value::as_str);
        let coordinates = geometry.and_then(|one| one.get("coordinates")).and_then(Value::as_array);
        let polygons: Vec<&Value> = match (kind, coordinates) {
            (Some("Polygon"), Some(_)) => {
                geometry.and_then(|one| one.get("coordinates")).into_iter().collect()
            }
            (Some("MultiPolygon"), Some(polygons)) => polygons.iter().collect(),
            _ => {
                let kind = kind.unwrap_or("nothing");
                self.say(
                    format!("{path}.type"),
                    format!("An area is a Polygon or a MultiPolygon, not {kind}."),
                    format!("区域应为 Polygon 或 MultiPolygon，而不是 {kind}。"),
                );
                return None;
            }
        };
        let before = self.found.len();
        let mut shape = Vec::new();
        for (p, polygon) in polygons.iter().enumerate() {
            let rings = polygon.as_array().map(Vec::as_slice).unwrap_or_default();
            let rings: Vec<Ring> = rings
                .iter()
                .enumerate()
                .filter_map(|(r, ring)| self.ring(ring, format!("{path}.coordinates[{p}][{r}]")))
                .collect();
            shape.push(rings);
        }
        if shape.is_empty() || shape.iter().any(Vec::is_empty) {
            self.say(format!("{path}.coordinates"), "There is no outline.".into(), "没有边界线。".into());
        }
        if self.found.len() > before {
            return None;
        }
        if let Err(why) = outline(&shape).check_validation() {
            self.say(
                format!("{path}.coordinates"),
                format!("The outline is no polygon: {why}."),
                format!("边界线不构成多边形：{why}。"),
            );
            return None;
        }
        Some(shape)
    }

    fn ring(&mut self, ring: &Value, path: String) -> Option<Ring> {
        let mut points: Ring = Vec::new();
        for point in ring.as_array().into_iter().flatten() {
            let number = |i: usize| point.get(i).and_then(Value::as_f64).filter(|n| n.is_finite());
            let (Some(lon), Some(lat)) = (number(0), number(1)) else {
                self.say(path, "A point is [longitude, latitude].".into(), "点应为 [经度, 纬度]。".into());
                return None;
            };
            if lon.abs() > 180.0 || lat.abs() > 90.0 {
                self.say(
                    path,
                    format!("[{lon}, {lat}] is no longitude and latitude in degrees."),
                    format!("[{lon}, {lat}] 不是以度为单位的经纬度。"),
                );
                return None;
            }
            let at = Position::new(lat, lon);
            points.push([at.lon_e6, at.lat_e6]);
            self.points += 1;
        }
        if points.len() < 4 || points.first() != points.last() {
            self.say(
                path,
                "A ring has four points or more, and its last is its first.".into(),
                "环至少有四个点，且首尾相同。".into(),
            );
            return None;
        }
        Some(points)
    }
}

fn find_neighbours(areas: &mut [Area]) {
    let shapes: Vec<_> = areas.iter().map(|area| outline(&area.shape)).collect();
    let boxes: Vec<_> = shapes.iter().map(BoundingRect::bounding_rect).collect();
    let mut pairs = Vec::new();
    for one in 0..shapes.len() {
        for other in one + 1..shapes.len() {
            let (Some(a), Some(b)) = (boxes[one], boxes[other]) else { continue };
            let far = a.min().x - b.max().x > APART
                || b.min().x - a.max().x > APART
                || a.min().y - b.max().y > APART
                || b.min().y - a.max().y > APART;
            if !far && touch(&shapes[one], &shapes[other]) {
                pairs.push((one, other));
            }
        }
    }
    for (one, other) in pairs {
        let (a, b) = (areas[one].key.clone(), areas[other].key.clone());
        areas[one].neighbours.push(b);
        areas[other].neighbours.push(a);
    }
    for area in areas {
        area.neighbours.sort();
    }
}

fn touch(one: &MultiPolygon, other: &MultiPolygon) -> bool {
    one.iter().any(|a| other.iter().any(|b| a.intersects(b) || Euclidean.distance(a, b) <= APART))
}

#[cfg(test)]
mod tests;
