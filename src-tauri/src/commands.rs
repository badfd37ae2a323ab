//! The commands of the screens, by name. Each forwards to the core and answers.
//!
//! Commands run off the window's thread: a commit waits for the disk, and the screen must not.

use jobsheet_model::asset::Asset;
use jobsheet_model::change::PhotoSubject;
use jobsheet_model::diagnostics::Diagnostics;
use jobsheet_model::hours::Hours;
use jobsheet_model::place::Position;
use jobsheet_model::view::*;
use jobsheet_model::{Digest, Language, Problem, StepKey, What, WorkOrderId};
use jobsheet_phone::Phone;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tauri::ipc::{InvokeBody, Request, Response};
use tauri::{Runtime, State};

pub struct Core(pub Result<Phone, Problem>);

impl Core {
    fn phone(&self) -> Result<Phone, Problem> {
        self.0.clone()
    }
}

pub type Answer<T> = Result<T, Problem>;

pub fn handler<R: Runtime>() -> impl Fn(tauri::ipc::Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        opening,
        session,
        sign_in,
        enrol,
        unlock,
        unlock_by_code,
        lock,
        set_pin,
        check_pin,
        sign_out,
        save_settings,
        today,
        job,
        record,
        dismiss_gone,
        changes_seen,
        asset,
        add_photo,
        add_drawing,
        photo,
        fetch_photo,
        photo_place,
        drop_photo,
        read_code,
        search_parts,
        search_faults,
        review,
        outbox,
        hours,
        diagnostics,
        rescue_export,
        make_paper,
        copy_code,
        sync_now,
        position_seen,
        draft,
        save_draft,
        crate::links::next_link,
        crate::notices::may_notify,
        crate::notices::ask_to_notify,
    ]
}

/// Runs `work` where it may block.
pub async fn on_disk<T: Send + 'static>(
    core: State<'_, Core>,
    work: impl FnOnce(Phone) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let phone = core.phone()?;
    let at_work = phone.clone();
    tauri::async_runtime::spawn_blocking(move || work(at_work))
        .await
        .unwrap_or_else(|_| Err(problem()))
        .inspect_err(|problem| phone.note(problem))
}

pub fn problem() -> Problem {
    Problem::new("unexpected", "Something went wrong.")
}

#[tauri::command]
async fn opening(core: State<'_, Core>) -> Answer<Opening> {
    on_disk(core, |phone| phone.opening()).await
}

#[tauri::command]
async fn session(core: State<'_, Core>) -> Answer<Session> {
    on_disk(core, |phone| phone.session()).await
}

#[tauri::command]
async fn sign_in(core: State<'_, Core>, office: String, login: String, password: String) -> Answer<Session> {
    core.phone()?.sign_in(&office, &login, &password).await
}

#[tauri::command]
async fn enrol(core: State<'_, Core>, office: String, code: String) -> Answer<Session> {
    core.phone()?.enrol(&office, &code).await
}

#[tauri::command]
async fn unlock(core: State<'_, Core>, login: String, pin: String) -> Answer<Session> {
    core.phone()?.unlock(&login, &pin).await
}

#[tauri::command]
async fn unlock_by_code(core: State<'_, Core>, login: String, code: String) -> Answer<Session> {
    core.phone()?.unlock_by_code(&login, &code).await
}

#[tauri::command]
async fn lock(core: State<'_, Core>) -> Answer<Session> {
    on_disk(core, |phone| phone.lock()).await
}

#[tauri::command]
async fn set_pin(core: State<'_, Core>, pin: String, old: String) -> Answer<Session> {
    core.phone()?.set_pin(&pin, &old).await
}

#[tauri::command]
async fn check_pin(core: State<'_, Core>, pin: String) -> Answer<Session> {
    core.phone()?.check_pin(&pin).await
}

#[tauri::command]
async fn sign_out(core: State<'_, Core>) -> Answer<SignedOut> {
    on_disk(core, |phone| phone.sign_out()).await
}

#[tauri::command]
async fn save_settings(core: State<'_, Core>, settings: Settings) -> Answer<Session> {
    on_disk(core, |phone| phone.save_settings(settings)).await
}

#[tauri::command]
async fn today(core: State<'_, Core>) -> Answer<Today> {
    on_disk(core, |phone| phone.today()).await
}

#[tauri::command]
async fn job(core: State<'_, Core>, work_order: WorkOrderId) -> Answer<Job> {
    on_disk(core, move |phone| phone.job(work_order)).await
}

#[tauri::command]
async fn record(
    core: State<'_, Core>,
    work_order: WorkOrderId,
    what: What,
    voids_paper: Option<bool>,
) -> Answer<Job> {
    let paper = voids_paper.unwrap_or_default().into();
    on_disk(core, move |phone| phone.record_of(work_order, what, paper)).await
}

#[tauri::command]
async fn dismiss_gone(core: State<'_, Core>, work_order: WorkOrderId) -> Answer<Today> {
    on_disk(core, move |phone| phone.dismiss_gone(work_order)).await
}

#[tauri::command]
async fn changes_seen(core: State<'_, Core>, work_order: WorkOrderId) -> Answer<Job> {
    on_disk(core, move |phone| phone.changes_seen(work_order)).await
}

#[tauri::command]
async fn asset(core: State<'_, Core>, work_order: WorkOrderId) -> Answer<Asset> {
    on_disk(core, move |phone| phone.asset(work_order)).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddPhoto {
    work_order: WorkOrderId,
    subject: PhotoSubject,
    step: Option<StepKey>,
    #[serde(default)]
    voids_paper: bool,
}

#[tauri::command]
async fn add_photo(core: State<'_, Core>, request: Request<'_>) -> Answer<Job> {
    let args: AddPhoto = args_in_header(&request)?;
    let bytes = picture(&request)?;
    let paper = args.voids_paper.into();
    on_disk(core, move |phone| phone.add_photo_of(args.work_order, args.subject, args.step, &bytes, paper))
        .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddDrawing {
    work_order: WorkOrderId,
    drawn_on: Digest,
    #[serde(default)]
    voids_paper: bool,
}

#[tauri::command]
async fn add_drawing(core: State<'_, Core>, request: Request<'_>) -> Answer<Job> {
    let args: AddDrawing = args_in_header(&request)?;
    let bytes = picture(&request)?;
    let paper = args.voids_paper.into();
    on_disk(core, move |phone| phone.add_drawing(args.work_order, &args.drawn_on, &bytes, paper)).await
}

#[derive(Deserialize)]
struct PhotoWanted {
    digest: Digest,
    thumb: bool,
}

#[tauri::command]
async fn photo(core: State<'_, Core>, request: Request<'_>) -> Answer<Response> {
    let args: PhotoWanted = args_in_header(&request)?;
    on_disk(core, move |phone| phone.photo(&args.digest, args.thumb).map(Response::new)).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhotoFetched {
    work_order: WorkOrderId,
    digest: Digest,
    thumb: bool,
}

/// Of the office, where it is not on this phone.
#[tauri::command]
async fn fetch_photo(core: State<'_, Core>, request: Request<'_>) -> Answer<Response> {
    let PhotoFetched { work_order, digest, thumb } = args_in_header(&request)?;
    core.phone()?.fetch_photo(work_order, digest, thumb).await.map(Response::new)
}

#[tauri::command]
async fn photo_place(core: State<'_, Core>, digest: Digest) -> Answer<PhotoPlace> {
    on_disk(core, move |phone| phone.photo_place(&digest)).await
}

#[tauri::command]
async fn drop_photo(core: State<'_, Core>, digest: Digest) -> Answer<PhotoPlace> {
    on_disk(core, move |phone| phone.drop_photo(&digest)).await
}

#[tauri::command]
async fn read_code(core: State<'_, Core>, request: Request<'_>) -> Answer<Option<String>> {
    let bytes = picture(&request)?;
    on_disk(core, move |phone| phone.read_code(&bytes)).await
}

#[tauri::command]
async fn search_parts(
    core: State<'_, Core>,
    query: String,
    on_van: bool,
    offset: u32,
    limit: u32,
) -> Answer<PartsFound> {
    on_disk(core, move |phone| phone.search_parts(&query, on_van, offset, limit)).await
}

#[tauri::command]
async fn search_faults(core: State<'_, Core>, query: String) -> Answer<FaultsFound> {
    on_disk(core, move |phone| phone.search_faults(&query)).await
}

#[tauri::command]
async fn review(core: State<'_, Core>, work_order: WorkOrderId, language: Language) -> Answer<Review> {
    on_disk(core, move |phone| phone.review(work_order, language)).await
}

#[tauri::command]
async fn outbox(core: State<'_, Core>) -> Answer<Outbox> {
    on_disk(core, |phone| phone.outbox()).await
}

#[tauri::command]
async fn hours(core: State<'_, Core>) -> Answer<Hours> {
    on_disk(core, |phone| phone.hours()).await
}

#[tauri::command]
async fn diagnostics(core: State<'_, Core>) -> Answer<Diagnostics> {
    on_disk(core, |phone| phone.diagnostics()).await
}

#[tauri::command]
async fn rescue_export(core: State<'_, Core>) -> Answer<RescueFile> {
    on_disk(core, |phone| phone.rescue_export()).await
}

#[tauri::command]
async fn make_paper(
    core: State<'_, Core>,
    work_order: WorkOrderId,
    kind: PaperKind,
    language: Language,
) -> Answer<PaperFile> {
    on_disk(core, move |phone| phone.make_paper(work_order, kind, language)).await
}

#[tauri::command]
async fn copy_code(core: State<'_, Core>, work_order: WorkOrderId) -> Answer<CopyCode> {
    on_disk(core, move |phone| phone.copy_code(work_order)).await
}

#[tauri::command]
async fn sync_now(core: State<'_, Core>) -> Answer<()> {
    core.phone()?.sync_now();
    Ok(())
}

#[tauri::command]
async fn position_seen(core: State<'_, Core>, position: Position) -> Answer<()> {
    on_disk(core, move |phone| phone.position_seen(position)).await
}

#[tauri::command]
async fn draft(core: State<'_, Core>, key: String) -> Answer<Option<Value>> {
    on_disk(core, move |phone| phone.draft(&key)).await
}

#[tauri::command]
async fn save_draft(core: State<'_, Core>, key: String, value: Value) -> Answer<()> {
    on_disk(core, move |phone| phone.save_draft(&key, &value)).await
}

fn picture(request: &Request<'_>) -> Answer<Vec<u8>> {
    match request.body() {
        InvokeBody::Raw(bytes) => Ok(bytes.clone()),
        InvokeBody::Json(_) => Err(Problem::new("photo_not_an_image", "The photo arrived empty.")),
    }
}

/// The JSON arguments of a command whose body is bytes: percent-encoded in a header.
fn args_in_header<T: DeserializeOwned>(request: &Request<'_>) -> Answer<T> {
    let header = request.headers().get("jobsheet-args").and_then(|value| value.to_str().ok());
    header
        .and_then(jobsheet_phone::args::decode)
        .ok_or_else(|| Problem::new("unexpected", "The command's arguments could not be read."))
}
