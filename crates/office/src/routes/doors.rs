//! Every door of the office, once: its address, what it is for, and whose it is. A handler without its
//! description, or a door without saying who may go through, does not compile.

use super::{console, problem};
use crate::Office;
use axum::{Router, middleware};
use jobsheet_model::{role::Role, table::Register};
use serde_json::{Map, Value, json};
use utoipa::openapi::{OpenApi, OpenApiBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Who may go through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Whoever comes: signing in, and what says by itself whether it is genuine.
    Nobody,
    /// A technician's phone with a session; it sees what is this technician's.
    Technician,
    /// Somebody of the office with this role or one above it.
    Office(Role),
}

pub const DISPATCHER: Needs = Needs::Office(Role::Dispatcher);
pub const SUPERVISOR: Needs = Needs::Office(Role::Supervisor);
pub const ADMIN: Needs = Needs::Office(Role::Admin);

/// A door, as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    pub method: &'static str,
    pub path: String,
    pub needs: Needs,
}

/// Doors as they are put in, with their description.
pub struct Doors {
    office: Office,
    router: Router<Office>,
    api: OpenApi,
    list: Vec<Door>,
}

impl Doors {
    pub fn new(office: &Office) -> Self {
        Self {
            office: office.clone(),
            router: Router::new(),
            api: OpenApiBuilder::new().build(),
            list: Vec::new(),
        }
    }

    pub fn office(&self) -> &Office {
        &self.office
    }

    /// Puts in a door, or several with one address. What is the office's is guarded here, before anything of the
    /// request is read.
    pub fn door(mut self, needs: Needs, routes: UtoipaMethodRouter<Office>) -> Self {
        let (mut router, api) = OpenApiRouter::<Office>::new().routes(routes).split_for_parts();
        for (path, item) in &api.paths.paths {
            for (method, operation) in [
                ("GET", &item.get),
                ("HEAD", &item.head),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ] {
                if operation.is_some() {
                    self.list.push(Door { method, path: path.clone(), needs });
                }
            }
        }
        if let Needs::Office(least) = needs {
            let guard = middleware::from_fn_with_state((self.office.clone(), least), console::guard);
            router = router.route_layer(guard);
        }
        self.router = self.router.merge(router);
        debug_assert_eq!(clash(&self.api, &api), None, "two types have one name in the description");
        self.api.merge(api);
        self
    }

    /// Puts in what another module has.
    pub fn and(self, more: impl FnOnce(Self) -> Self) -> Self {
        more(self)
    }

    /// The routes as they are called within, and what they are for those outside `prefix`.
    pub fn under(
        mut self,
        prefix: &str,
        outside: &mut Doors,
        finish: impl FnOnce(Router<Office>) -> Router<Office>,
    ) {
        let router = std::mem::take(&mut self.router);
        outside.router = std::mem::take(&mut outside.router).nest(prefix, finish(router));
        for (path, item) in std::mem::take(&mut self.api.paths.paths) {
            self.api.paths.paths.insert(format!("{prefix}{path}"), item);
        }
        debug_assert_eq!(clash(&outside.api, &self.api), None, "two types have one name in the description");
        outside.api.merge(self.api);
        let moved = self.list.into_iter().map(|door| Door { path: format!("{prefix}{}", door.path), ..door });
        outside.list.extend(moved);
    }

    /// Lays something around all that was put in so far.
    pub fn around(mut self, lay: impl FnOnce(Router<Office>) -> Router<Office>) -> Self {
        self.router = lay(self.router);
        self
    }

    pub fn apart(self) -> (Router<Office>, Vec<Door>, Value) {
        let described = describe(&self.api, &self.list);
        (self.router, self.list, described)
    }
}

/// A name that both describe, and differently.
fn clash(one: &OpenApi, other: &OpenApi) -> Option<String> {
    let (one, other) = (one.components.as_ref()?, other.components.as_ref()?);
    let differs =
        |(name, schema): &(&String, _)| one.schemas.get(*name).is_some_and(|known| known != *schema);
    other.schemas.iter().find(differs).map(|(name, _)| name.clone())
}

// --- The description -------------------------------------------------------------------------------

const PROBLEM: &str = "application/problem+json";

/// What the handlers say of themselves, and what is true of all doors of a kind.
fn describe(api: &OpenApi, list: &[Door]) -> Value {
    // Types of a library, made to be written.
    let mut api = serde_json::to_value(api).unwrap_or_default();
    api["openapi"] = json!("3.1.0");
    api["info"] = json!({
        "title": "Jobsheet office",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "What phones (`/v1`) and the office's people (`/console/api`) ask of the office. Errors are \
                        problem details (RFC 9457).",
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    });
    api["components"]["securitySchemes"] = json!({
        "session": { "type": "apiKey", "in": "cookie", "name": console::COOKIE,
            "description": "Somebody of the office, after `/console/api/sign-in`. Over TLS the cookie is called \
                            `__Host-jobsheet_console`." },
        "phone": { "type": "http", "scheme": "bearer", "description": "A phone's session of an hour." },
    });
    problem::schema(&mut api["components"]["schemas"]);
    for (name, pattern) in [
        ("Digest", "^[0-9a-f]{64}$"),
        // 32 and 64 bytes in base64url: the last character has bits that are none.
        ("PublicKey", "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"),
        ("Signature", "^[A-Za-z0-9_-]{85}[AQgw]$"),
    ] {
        api["components"]["schemas"][name]["pattern"] = json!(pattern);
    }
    api["components"]["schemas"]["Thumb"]["properties"]["jpeg"]["pattern"] = json!("^([A-Za-z0-9_-]{4})*$");
    exact(&mut api["components"]["schemas"]);
    exact(&mut api["paths"]);
    for door in list {
        let operation = &mut api["paths"][&door.path][door.method.to_lowercase()];
        let Some(operation) = operation.as_object_mut() else { continue };
        complete(operation, door);
    }
    api
}

/// Says what is read and written as it is: what may be something unknown is not only one of those known; a number without
/// a sign has all its bits; what may be null is else of its format.
fn exact(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("oneOf").and_then(Value::as_array).is_some_and(|all| all.contains(&json!({})))
                && let Some(all) = map.remove("oneOf")
            {
                map.insert("anyOf".into(), all);
            }
            // A set that says something twice is the same set.
            map.remove("uniqueItems");
            let is_unsigned = map.get("minimum") == Some(&json!(0)) && !map.contains_key("maximum");
            let most = match map.get("format").and_then(Value::as_str) {
                Some("int32") if is_unsigned => Some(json!(u32::MAX)),
                Some("int64") if is_unsigned => Some(json!(u64::MAX)),
                _ => None,
            };
            if let Some(most) = most {
                map.remove("format");
                map.insert("maximum".into(), most);
            }
            if map.get("type") == Some(&json!(["string", "null"]))
                && let Some(format) = map.remove("format")
            {
                map.remove("type");
                let text = json!({ "type": "string", "format": format });
                map.insert("anyOf".into(), json!([text, { "type": "null" }]));
            }
            map.values_mut().for_each(exact);
        }
        Value::Array(list) => list.iter_mut().for_each(exact),
        _ => {}
    }
}

fn complete(operation: &mut Map<String, Value>, door: &Door) {
    let Door { method, path, needs } = door;
    operation.insert("operationId".into(), json!(operation_id(method, path)));
    operation.insert(
        "security".into(),
        match needs {
            Needs::Nobody => json!([]),
            Needs::Technician => json!([{ "phone": [] }]),
            Needs::Office(_) => json!([{ "session": [] }]),
        },
    );
    if let Needs::Office(role) = needs {
        operation.insert("x-role".into(), json!(role.word()));
    }
    let mut parameters =
        operation.remove("parameters").and_then(|all| all.as_array().cloned()).unwrap_or_default();
    let has_query = parameters.iter().any(|one| one["in"] == "query");
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": path_schema(name) }));
    }
    if path.starts_with("/v1/") && path != "/v1/openapi.json" {
        parameters.push(json!({
            "name": jobsheet_model::wire::PROTOCOL_HEADER, "in": "header", "required": true,
            "schema": { "type": "string", "enum": [jobsheet_model::wire::PROTOCOL] },
        }));
    }
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    // Of bytes there may be none.
    if let Some(body) =
        operation.get_mut("requestBody").filter(|body| body["content"].get("application/json").is_none())
    {
        body["required"] = json!(false);
    }
    let has_body = operation.contains_key("requestBody");
    let reads = path.starts_with("/v1/") && path != "/v1/openapi.json";
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let mut problems = vec![("503", "The office's disk is full or does not answer")];
    if *needs != Needs::Nobody {
        problems.extend([("401", "No session, or none any more"), ("403", "Not for this role")]);
    }
    if path.contains('{') {
        problems.push(("404", "There is nothing here that is yours to see"));
    }
    if has_body || has_query || reads {
        problems.push(("400", "It could not be read"));
    }
    if reads {
        problems.extend([
            ("403", "The phone is revoked"),
            ("426", "Another protocol, or an app that is too old"),
        ]);
    }
    if has_body {
        problems.extend([
            ("413", "Too large"),
            ("415", "Not in a form that the office reads"),
            ("422", "It could be read, and a rule speaks against it"),
        ]);
    }
    if !matches!(*method, "GET" | "HEAD") && path.starts_with("/console/") {
        problems.push(("403", "It came from another page, or is not for this role"));
    }
    for (status, description) in problems {
        responses.entry(status).or_insert_with(|| json!({ "description": description }));
    }
    for (status, response) in responses.iter_mut() {
        if status.starts_with(['4', '5']) && *method != "HEAD" {
            let schema = json!({ "$ref": "#/components/schemas/ProblemDetails" });
            response["content"] = json!({ PROBLEM: { "schema": schema } });
        }
    }
}

/// `get_console_work_orders_id`
fn operation_id(method: &str, path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != "api");
    let words = parts.map(|part| part.trim_matches(['{', '}']).replace(['-', '.'], "_"));
    std::iter::once(method.to_lowercase()).chain(words).collect::<Vec<_>>().join("_")
}

fn path_schema(name: &str) -> Value {
    match name {
        "digest" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        "register" => json!({ "type": "string", "enum": Register::ALL.map(Register::word) }),
        "id" => json!({ "type": "string", "format": "uuid" }),
        "n" => json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
        _ => json!({ "type": "string", "minLength": 1 }),
    }
}
