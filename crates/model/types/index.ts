// Made from crates/model by its test `types`; do not edit. Update: scripts/check --fix

/**
 * A form of acceptance (X14).
 */
export type Acceptance = "signed" | "refused_with_photo" | "paper" | "goes_on";

/**
 * An account of somebody of the office.
 */
export type Account = { login: string, name: string, role: Role, 
/**
 * Cannot sign in. Nobody is deleted: the journals name them.
 */
disabled: boolean, 
/**
 * Grows by one with each change.
 */
version: number, };

export type AccountEdit = { name: string, role: Role, disabled: boolean, };

export type Act = { "act": "registered", } | { "act": "graded", level: string, reason: string, } | { "act": "offered", technician: TechnicianId, 
/**
 * By the rules: the first measure in which he was ahead of the next one.
 */
ahead?: Measure, 
/**
 * By a person, although these rules were against it; the reason says why.
 */
against?: Array<KeptOut>, reason?: string, } | { "act": "delivered", technician: TechnicianId, } | { "act": "expired", technician: TechnicianId, } | { "act": "not_reached", technician: TechnicianId, } | { "act": "dispatch_set", how: How, people?: Array<TechnicianId>, reason: string, } | { "act": "reassigned", from: TechnicianId, to: TechnicianId, reason: string, } | { "act": "cancelled", reason: string, } | { "act": "customer_told", expected: Expected, told_by: ToldBy, 
/**
 * As it was said.
 */
text: string, } | { "act": "raised", attention: Attention, about: string, } | { "act": "decided", n: number, choice: Choice, reason: string, 
/**
 * Who deals with it from here on, and until when.
 */
handling?: Handling, } | { "act": "followed_by", visit: Visit, } | { "act": "judged", duty: Duty, verdict: ClockVerdict, due: string, } | { "act": "responded", mode: ResponseMode, note: string, } | { "act": "rescued", } | { "act": "returned", } | { "act": "closed", lacked: Array<Lack>, reason: string, } | { "act": "reopened", reason: string, };

export type Answer = KnownAnswer | { kind: string };

export type Answered = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, answer: Answer, verdict: Verdict, note: string, };

export type Appointment = { from: string, to: string, };

/**
 * What a word was found in.
 */
export type ArchiveField = "number" | "customer" | "site" | "equipment" | "serial" | "fault" | "done" | "parts" | "said" | "technician";

/**
 * Where the words of a search stand in a work order.
 */
export type ArchiveMatch = { field: ArchiveField, pieces: Array<Piece>, };

export type ArchiveRow = { id: WorkOrderId, number: string, level: Level, customer: string, site: string, equipment: Equipment | null, symptom: string, 
/**
 * What was done.
 */
remedy: string, technician: string, outcome: Outcome, visited_at: string, closed_at: string, 
/**
 * Where the words that were searched for stand.
 */
matches: Array<ArchiveMatch>, };

export type Area = { key: string, name: Text, 
/**
 * What an address says that lies here, for sites whose position nobody knows: "锦江区".
 */
words: Array<string>, 
/**
 * Polygons; of each the outer ring first, then its holes.
 */
shape: Array<Array<Array<[number, number]>>>, 
/**
 * Keys of the areas that it touches, worked out when it was imported.
 */
neighbours: Array<string>, };

export type Arrival = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, position: Position | null, distance_m: number | null, on_site: boolean | null, note: string, };

export type Asked = "yes" | "no" | "too_new";

/**
 * A question in its place, and whether it is asked.
 */
export type AskedStep = { step: StepKey, asked: Asked, };

export type Asset = { equipment: Equipment | null, 
/**
 * The newest first, at most ten.
 */
visits: Array<AssetVisit>, };

export type AssetVisit = { on: string, number: string, technician: string, summary: string, 
/**
 * Present where the visit's sheet is on this phone.
 */
sheet: VisitSheet | null, };

export type Assignment = { technician: TechnicianId, technician_name: string, state: AssignmentState, offered_at: string, };

export type AssignmentState = "offered" | "assigned" | "declined" | "withdrawn";

export type Attention = "refused" | "late" | "differs" | "same_id_other_body" | "forked" | "copied" | "clock" | "zone" | "undelivered" | "offer_expired" | "unassigned" | "nobody_fits" | "held_up" | "progress_due" | "still_dark" | "breached" | "undetermined" | "ceiling_passed" | "acceptance_failed" | "not_satisfied" | "second_handling" | "with_director" | "after_closing" | "unfinished" | "beyond_stock" | "part_requested" | "goodwill" | "no_quote" | "suggested";

/**
 * What somebody of the office did, or was refused.
 */
export type AuditEntry = { id: string, at: string, 
/**
 * Login of who it was.
 */
actor: string, role: string, 
/**
 * Method and address: `POST /console/api/phones/0192.../wipe`.
 */
act: string, 
/**
 * It was asked for, and was not allowed.
 */
refused: boolean, };

export type Away = { 
/**
 * The last day of it; `null` until somebody says otherwise.
 */
until: string | null, reason: string, };

export type BoardJob = { id: WorkOrderId, 
/**
 * What a change of it names as seen.
 */
version: number, number: string, level: Level, customer: string, site: string, symptom: string, status: Status, from: string, to: string, respond_by: string, 
/**
 * An offer that nobody has answered yet.
 */
offer: OpenOffer | null, 
/**
 * The technician said to be late: when they will be there.
 */
late_until: string | null, 
/**
 * The customer does not know yet who comes and when (A14, A16).
 */
is_untold: boolean, 
/**
 * What waits for a decision.
 */
attention: number, how: How, 
/**
 * Why it is a person's to give.
 */
by_hand: Array<ByHand>, 
/**
 * Name of whom the customer wants; else empty.
 */
wished: string, };

export type Bring = { number: string, name: Text, quantity: number, 
/**
 * Serials reserved for this job, as the system has them (A21).
 */
serials: Array<string>, };

/**
 * Why a work order is a person's to give, and not the rules'.
 */
export type ByHand = "wished" | "confidential" | "nobody_fits";

/**
 * A call to the customer on the way there.
 */
export type Call = "before_leaving" | "before_arriving";

export type Cancelled = { at: string, reason: string, };

/**
 * Somebody measured for a work order.
 */
export type Candidate = { technician: TechnicianId, login: string, name: string, grade: number, 
/**
 * Borders to the site's area; `null` where that is not known.
 */
area_steps: number | null, grade_excess: number, open_minutes: number, parts_missing: number, metres: number | null, travel_minutes: number | null, last_offered: string | null, 
/**
 * The rules that are against it; none for those who fit.
 */
kept_out: Array<KeptOut>, 
/**
 * The first measure in which they are ahead of the next one who fits; with weights, the one that tells most.
 */
ahead: Measure | null, 
/**
 * Points by the weights of the standard, in hundredths; `null` where it has none.
 */
points: number | null, };

/**
 * A change as it travels. `previous` chains a phone's changes: the digest of the exact bytes of the one before.
 */
export type Change = { id: ChangeId, device: DeviceId, 
/**
 * 1, 2, 3 ... without gaps, per device.
 */
sequence: number, 
/**
 * `null` for the first.
 */
previous: Digest | null, author: TechnicianId, work_order: WorkOrderId, 
/**
 * Version of the work order that the technician saw.
 */
base: number, 
/**
 * Checklist and version that the technician saw: `chiller/3`.
 */
template: string, at: Moment, what: What, };

/**
 * A change, made by the phone that recorded it (UUIDv7).
 */
export type ChangeId = string;

export type ChangedField = { field: Field, before: Told, now: Told, 
/**
 * What the technician recorded about it; it stands.
 */
yours: Told | null, };

export type Channel = "phone" | "chat" | "mini_program" | "app" | "email" | "walk_in" | "on_site";

/**
 * A channel at a certain moment: whether anybody is there, what to tell the customer, and by when to answer.
 */
export type ChannelNow = { channel: Channel, name: Text, is_staffed: boolean, says: Text, answer_by: string | null, answer_limit: string | null, required: Array<IntakeField>, };

export type ChargeKind = { "kind": "call_out", } | { "kind": "labour", minutes: number, charged: number, } | { "kind": "out_of_hours", percent: number, } | { "kind": "part", number: string, name: Text, quantity: number, };

export type ChargeLine = { 
/**
 * What it is called when something is said of it.
 */
charge: ChargeRef, what: ChargeKind, cover: Cover, 
/**
 * What it would cost without cover.
 */
list: Money | null, 
/**
 * What the customer pays; `null`: the office prices this line.
 */
amount: Money | null, };

/**
 * One line of the charges.
 */
export type ChargeRef = { "of": "call_out", } | { "of": "labour", } | { "of": "out_of_hours", } | { "of": "part", line: LineId, };

export type Charges = { lines: Array<ChargeLine>, 
/**
 * Sum of the priced lines.
 */
total: Money, 
/**
 * Tariff version the lines were made by.
 */
tariff: string, 
/**
 * A line that the office must price stands on the sheet.
 */
incomplete: boolean, };

/**
 * What was decided.
 */
export type Choice = "stands" | "put_right" | "checked" | "phone_set" | "reached" | "help_sent" | "given_on" | "ordered" | "not_given" | "customer_told" | "another_visit" | "settled" | "met" | "missed" | "noted" | "second_handling" | "to_director" | "left_open" | "granted" | "not_granted" | "not_accepted" | "reopen";

export type ChoiceOption = { value: string, label: Text, fails: boolean, };

export type ClockVerdict = "running" | "paused" | "met" | "breached" | "undetermined";

/**
 * How a work order stands towards the archive.
 */
export type Closing = { closed_at: string | null, 
/**
 * Nothing more is expected of a technician: a person may close it.
 */
is_over: boolean, 
/**
 * What the rule still waits for.
 */
lacks: Array<Lack>, 
/**
 * Somebody opened it again: the rule does not close it by itself any more.
 */
is_kept_open: boolean, second_handling: SecondHandlingRule, };

/**
 * A code that somebody of the office read out for a locked phone.
 */
export type CodeGiven = { at: string, by: string, reason: string, };

export type Colour = "red" | "yellow" | "green";

/**
 * A condition, or one that this version does not know: its question waits for a newer version (P25).
 */
export type Condition = KnownCondition | { test: string };

/**
 * Has the customer agreed to what is to be paid? Rules are E7 and E18: before chargeable work, and again when it gets
 * dearer than that.
 */
export type Consent = "not_needed" | "missing" | "agreed" | "exceeded";

/**
 * A page of closed work orders, the latest first.
 */
export type ConsoleArchive = { 
/**
 * Nothing was ever closed.
 */
is_empty: boolean, rows: Array<ArchiveRow>, 
/**
 * Where the next page begins; nothing on the last.
 */
next: string | null, 
/**
 * Levels that can be asked for.
 */
levels: Array<Named>, };

export type ConsoleArea = { area: Area, 
/**
 * Names of those whose area it is.
 */
people: Array<string>, };

export type ConsoleAttention = { 
/**
 * The journal's entry.
 */
n: number, attention: Attention, about: string, 
/**
 * Who brought it up.
 */
by: string, at: string, 
/**
 * 0 is looked at first.
 */
urgency: number, choices: Array<Choice>, 
/**
 * Who deals with it, and until when.
 */
handling: Handling | null, work_order: WorkOrderId, number: string, level: Level, customer: string, site: string, technician: string, };

/**
 * Today: a lane for each technician, and what is nobody's.
 */
export type ConsoleBoard = { lanes: Array<Lane>, 
/**
 * Nobody has it; the most urgent first.
 */
unassigned: Array<BoardJob>, by_rule: boolean, };

/**
 * Everybody measured for one work order, who fits first.
 */
export type ConsoleCandidates = { how: How, 
/**
 * The office offers by rule at all.
 */
by_rule: boolean, 
/**
 * What is compared, in this order.
 */
order: Array<Measure>, 
/**
 * The kind of equipment, where it is known.
 */
skill: Text | null, 
/**
 * The lowest grade that is sent.
 */
grade: number, 
/**
 * Where the site lies.
 */
areas: Array<Text>, 
/**
 * It has no position, and its address names no area; or it lies in none of them.
 */
area_known: boolean, candidates: Array<Candidate>, 
/**
 * Whom the rules would choose.
 */
chosen: TechnicianId | null, 
/**
 * Who is still to be asked, one after the other.
 */
in_turn: Array<TechnicianId>, 
/**
 * Colleagues that technicians named when they declined.
 */
suggested: Array<Suggested>, 
/**
 * Why it is a person's to give; empty where the rules may.
 */
by_hand: Array<ByHand>, 
/**
 * The least role of who gives it then, and whether whoever asks has it.
 */
hand_role: Role, may: boolean, 
/**
 * Whom the customer wants: the first of the candidates.
 */
wished: TechnicianId | null, };

export type ConsoleCrew = { people: Array<ConsolePerson>, 
/**
 * Kinds of equipment that somebody can be trained for.
 */
skills: Array<Named>, areas: Array<Named>, 
/**
 * Work orders are offered by rule.
 */
by_rule: boolean, };

/**
 * A customer as the register has them.
 */
export type ConsoleCustomer = { 
/**
 * Given back with a change, so that nobody's is written over.
 */
version: number, file: CustomerFile, 
/**
 * Of each machine, in the order of the file.
 */
standing: Array<CustomerStanding>, 
/**
 * Kinds of equipment.
 */
kinds: Array<Named>, visits: VisitPage, };

/**
 * A page of the register.
 */
export type ConsoleCustomers = { 
/**
 * The register has nobody at all.
 */
is_empty: boolean, rows: Array<CustomerRow>, next: string | null, };

/**
 * Who comes and when, and whether the customer knows (A14, A16).
 */
export type ConsoleExpected = { expected: Expected, technician: Technician, 
/**
 * The last time; of just this only where `is_told`.
 */
told: ToldCustomer | null, is_told: boolean, };

export type ConsoleJob = { 
/**
 * When the customer is to have a first response that nobody has given yet (B4).
 */
answer_by: string | null, row: ConsoleRow, order: WorkOrder, sheet: Sheet, 
/**
 * The checklist in the order in which it is asked.
 */
asked: Array<AskedStep>, charges: Charges, 
/**
 * The document as it stands, in the console's language.
 */
document: Document, digest: Digest, 
/**
 * Is what was signed what the office folds? `null` while unsigned.
 */
signed_as_shown: boolean | null, photos: Array<ConsolePhoto>, journal: Array<JournalEntry>, attention: Array<Raised>, closing: Closing, 
/**
 * What the customer is to know of a visit that lies ahead.
 */
expected: ConsoleExpected | null, };

/**
 * What waits for a decision, a page of it.
 */
export type ConsoleLane = { 
/**
 * Of all that waits.
 */
total: number, 
/**
 * How much of each kind waits.
 */
kinds: Array<LaneKind>, entries: Array<ConsoleAttention>, 
/**
 * Requests whose promise has passed and for which nobody was sent yet; not among the total.
 */
late: Array<RequestRow>, 
/**
 * Where the next page begins; nothing on the last.
 */
next: string | null, second_handling: SecondHandlingRule, };

export type ConsoleMachine = { customer: Customer, owned: OwnedEquipment, site: Site | null, standing: CustomerStanding, kind: Text | null, visits: VisitPage, };

export type ConsolePerson = { technician: Technician, profile: Profile, 
/**
 * Grows by one each time it is changed; 0 as long as nobody has.
 */
version: number, 
/**
 * Keys of the areas that count as theirs.
 */
areas: Array<string>, away: boolean, on_duty: boolean, 
/**
 * Open minutes of work today.
 */
open_minutes: number, };

/**
 * A phone that was enrolled, in the office's list.
 */
export type ConsolePhone = { id: PhoneId, technician: TechnicianId, technician_name: string, 
/**
 * As the phone calls itself.
 */
name: string, enrolled_at: string, last_seen: string, revoked_at: string | null, 
/**
 * Ordered to empty itself.
 */
wipe: Wipe | null, 
/**
 * When it said that it did.
 */
wiped_at: string | null, 
/**
 * Codes that opened it by telephone, the latest first.
 */
codes: Array<CodeGiven>, };

export type ConsolePhoto = { digest: Digest, bytes: number, 
/**
 * Bytes the office holds.
 */
held: number, 
/**
 * A thumbnail came ahead of it.
 */
thumb: boolean, };

export type ConsoleRequest = { row: RequestRow, 
/**
 * Given back with a change, so that nobody's is written over.
 */
version: number, intake: Intake, form: IntakeForm, look: IntakeLook, journal: Array<RequestEntry>, };

export type ConsoleRequests = { 
/**
 * Nothing was ever asked for.
 */
is_empty: boolean, 
/**
 * Of all that are open.
 */
open: number, 
/**
 * The open ones first, then the latest.
 */
rows: Array<RequestRow>, 
/**
 * Where the next page begins; `null` when there is none. There may be one behind a page on which nothing was found.
 */
next: string | null, };

export type ConsoleRota = { turns: Array<Turn>, 
/**
 * The hours in which everybody works, within what was asked for.
 */
hours: Array<RotaSpan>, people: Array<Technician>, 
/**
 * Who is away in these days, all of them or until one of them.
 */
away: Array<TechnicianId>, };

export type ConsoleRow = { id: WorkOrderId, 
/**
 * What a change of it names as seen.
 */
version: number, number: string, level: Level, customer: string, site: string, symptom: string, technician: string, respond_by: string, status: Status, photos: number, photos_held: number, attention: number, last_word: string | null, };

export type ConsoleSession = { name: string, 
/**
 * What is not for this role is not shown.
 */
role: Role, company: string, technicians: Array<Technician>, };

/**
 * A version of a standard, or its draft.
 */
export type ConsoleStandard = { 
/**
 * Read and written by path (`standard::check` names them).
 */
body: Record<string, unknown>, 
/**
 * Nothing for a draft.
 */
published: PublishedStandard | null, 
/**
 * The draft that it is; nothing for a version, and for a draft that nobody has begun.
 */
draft: DraftOfStandard | null, in_use: Under, may_edit: boolean, look: StandardLook, journal: Array<StandardEntry>, 
/**
 * Kinds of equipment that may have a checklist.
 */
kinds: Array<Named>, };

export type ConsoleStandards = { 
/**
 * What new requests are taken under.
 */
in_use: Under, 
/**
 * Whoever asks may write, publish and put to use.
 */
may_edit: boolean, rows: Array<StandardRow>, };

/**
 * What the vans carry.
 */
export type ConsoleVans = { vans: Array<Van>, };

export type Contact = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, outcome: ContactOutcome, agreed: string | null, note: string, };

export type ContactOutcome = "reached" | "no_answer" | "message_sent" | "wrong_number";

export type Contract = { number: string, 
/**
 * Last day in force.
 */
until: string, covers_labour: boolean, covers_parts: boolean, covers_call_out: boolean, };

/**
 * What the customer asks the office with.
 */
export type CopyCode = { link: string, 
/**
 * The link as a QR code, SVG.
 */
qr: string, };

export type Counted = { name: Text, quantity: number, };

/**
 * Why a line is free, or why it is not.
 */
export type Cover = { "by": "warranty", until: string, } | { "by": "contract", number: string, } | { "by": "customers_own", } | { "by": "goodwill", reason: string, agreed_by: string, } | { "by": "customer", warranty_ended: string | null, };

export type Criterion = { key: string, text: Text, 
/**
 * Somebody may come to harm: whoever goes there is told.
 */
safety: boolean, };

export type Customer = { id: string, name: string, contact: string, phone: string, second_phone: string, };

/**
 * All that the register has of a customer.
 */
export type CustomerFile = { customer: Customer, phase: CustomerPhase, sites: Array<Site>, equipment: Array<OwnedEquipment>, contracts: Array<Contract>, };

/**
 * Where a customer stands in the cycle 签, 验, 保, 售 (E1).
 */
export type CustomerPhase = "signing" | "acceptance" | "maintained" | "followed_up";

/**
 * A photo that came with a request.
 */
export type CustomerPhoto = { digest: Digest, bytes: number, };

export type CustomerRow = { customer: Customer, phase: CustomerPhase, sites: number, equipment: number, 
/**
 * The contract that runs longest; it may have ended.
 */
contract: Contract | null, in_force: boolean, };

/**
 * What speaks for or against a charge, before anybody goes there (E3).
 */
export type CustomerStanding = { 
/**
 * Nothing for a customer who is new.
 */
phase: CustomerPhase | null, warranty_until: string | null, 
/**
 * The one that runs longest; it may have ended.
 */
contract: Contract | null, in_force: boolean, 
/**
 * Of the work; parts and the way may be covered otherwise.
 */
cover: Cover, };

export type Decision = { choice: Choice, reason: string, 
/**
 * Name of the person.
 */
by: string, at: string, };

/**
 * A level of another set, as somebody named it.
 */
export type Declared = { 
/**
 * Keys of the set and of its level.
 */
set: string, level: string, };

export type DeclineReason = "too_far" | "skill" | "shift_ending" | "on_another_job" | "parts_missing" | "unwell" | "other";

export type Declined = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, reason: DeclineReason, note: string, suggested?: string | null, };

export type Delay = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, reason: DelayReason, new_eta: string, note: string, };

export type DelayReason = "traffic" | "breakdown" | "previous_job" | "weather" | "other";

/**
 * One database on one phone: the source of a gap-free sequence of changes.
 */
export type DeviceId = string;

export type Diagnosis = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, fault_code: string | null, cause: string, remedy: string, };

export type Diagnostics = { made_at: string, 
/**
 * Version of the app, and of what it speaks with the office.
 */
app: string, protocol: string, 
/**
 * "linux x86_64".
 */
system: string, 
/**
 * Minutes ahead of UTC.
 */
offset: number, language: Language, theme: Theme, text_size: number, photo_edge: number, key_store: KeyStore, pin: boolean, locked: boolean, 
/**
 * How many have signed in on this phone.
 */
technicians: number, free: number | null, 
/**
 * Bytes of everything in the app's folder.
 */
folder: number, 
/**
 * Of whoever is signed in; absent when nobody is, or when it cannot be read.
 */
records: Records | null, 
/**
 * What went wrong since the app was opened, the latest last.
 */
troubles: Array<Trouble>, };

/**
 * One place where two standards differ.
 */
export type Difference = { 
/**
 * In the later one; in the earlier one where it is gone.
 */
path: string, 
/**
 * What stands at each `[n]` of the path, by its name; without one where it has none.
 */
names: Array<Text>, 
/**
 * Nothing where it is new.
 */
before: unknown, 
/**
 * Nothing where it is gone.
 */
after: unknown, };

/**
 * SHA-256 as 64 lower-case hexadecimal digits: the name of a photo, the link of the change chain,
 * the fingerprint of a signed document.
 */
export type Digest = string;

/**
 * Everything is text, in the language the customer reads.
 */
export type Document = { 
/**
 * `jobsheet/service-sheet/1`
 */
form: string, language: Language, number: string, revision: string, customer: string, contact: string, site: string, address: string, equipment: string, serial: string, technician: string, reported: string, found: string, cause: string, remedy: string, function_test: string, steps: Array<DocumentLine>, parts: Array<DocumentLine>, notes: Array<string>, 
/**
 * Local times, `2026-11-22 10:20`; empty when not recorded.
 */
arrived: string, finished: string, travel: string, work: string, 
/**
 * Digests of the photos, in shown order.
 */
photos: Array<Digest>, charges: Array<DocumentLine>, total: string, currency: string, tariff: string, template: string, consent: string, };

export type DocumentLine = { title: string, value: string, note: string, };

export type DraftOfStandard = { 
/**
 * Given back with a change, so that nobody's is written over.
 */
version: number, at: string, by: string, };

/**
 * What is promised, in the order in which it is done (X2).
 */
export type Duty = "first_response" | "plan" | "arrive" | "start" | "solve";

/**
 * The visit before, with as much of it as whoever comes next must know, without signal too.
 */
export type Earlier = { work_order: WorkOrderId, number: string, 
/**
 * When it ended, or was last heard of.
 */
at: string, technician: string, 
/**
 * How far it came.
 */
stage: Stage, 
/**
 * Why the office opened another visit.
 */
why: string, found: string, cause: string, remedy: string, unfinished: Unfinished | null, refused: SignOffRefused | null, fitted: Array<PartWanted>, 
/**
 * Asked for and not fitted yet.
 */
wanted: Array<PartWanted>, };

/**
 * Who changed a work order at the office, and when.
 */
export type Edited = { at: string, 
/**
 * Name of the person; empty when nobody did it by hand.
 */
by: string, };

/**
 * A one-time code for a new phone. It is shown once: the office keeps only its digest.
 */
export type EnrolmentCode = { 
/**
 * For typing: `K7QF-92MD-XP4T-8WVA`.
 */
code: string, 
/**
 * For the camera: `jobsheet:enrol?office=…&code=…`.
 */
link: string, 
/**
 * The link as a QR code: an SVG picture.
 */
qr: string, expires_at: string, };

export type Entry = { "change": What } | { "act": Act };

export type Equipment = { id: string, name: Text, model: string, serial: string, purchased: string | null, 
/**
 * Last day under warranty.
 */
warranty_until: string | null, 
/**
 * Not everybody may be sent to it (A13).
 */
confidential?: boolean, };

/**
 * Tells a screen which of its answers are stale.
 */
export type Event = { "topic": "job", work_order: WorkOrderId, } | { "topic": "sync", } | { "topic": "session", } | { "topic": "reference", } | { "topic": "offered", work_order: WorkOrderId, };

export type Expected = { technician: TechnicianId, from: string, 
/**
 * The end of the window; none where one moment was named.
 */
to: string | null, 
/**
 * Later than was agreed.
 */
late: boolean, };

export type Fault = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, as_reported: boolean, fault: string, with: string, };

export type FaultCode = { code: string, name: Text, cause: Text, remedy: Text, };

export type FaultsFound = { items: Array<FaultCode>, };

export type Field = "cancelled" | "window" | "respond_by" | "level" | "customer" | "contact" | "phone" | "address" | "landmark" | "symptom" | "equipment" | "serial" | "warranty" | "contract" | "estimate" | "checklist" | "tools" | "bring" | "tariff";

/**
 * What is wrong with what somebody wrote (a standard, a request), or odd about it.
 */
export type Finding = { 
/**
 * Where: `levels[1].clocks[0].calendar`.
 */
path: string, 
/**
 * It cannot be published so; otherwise it is only said.
 */
is_error: boolean, text: Text, };

export type FollowUp = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, kind: FollowUpKind, text: string, };

export type FollowUpKind = "sale" | "contract" | "replacement" | "training" | "inspection";

export type FunctionTest = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, passed: boolean, note: string, };

export type GoneNotice = { to: string, reason: string, at: string, };

export type Goodwill = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, charge: ChargeRef, reason: string, agreed_by: string, };

/**
 * How urgent it is, and who says so.
 */
export type Grade = { level: string, proposed: string, 
/**
 * Why it is another than the proposed one; else empty.
 */
reason: string, };

/**
 * Who deals with something until when.
 */
export type Handling = { person: string, until: string, };

/**
 * What others can hear of. A message names things by their numbers and ids, and nobody by name.
 */
export type HookEvent = "request.taken" | "work_order.dispatched" | "work_order.returned" | "work_order.closed" | "attention.raised";

export type HookTry = { at: string, result: TryResult, 
/**
 * HTTP status; 0 without an answer.
 */
status: number, };

/**
 * Of today, and of this week from Monday on, as far as it has come.
 */
export type Hours = { today: Worked, week: Worked, 
/**
 * Monday to today.
 */
days: Array<WorkedDay>, };

/**
 * How a work order finds its technician.
 */
export type How = "rule" | "desk" | "in_turn" | "hand";

export type Impact = "full_stop" | "partial" | "none";

/**
 * What somebody of the office wrote down of a request, as far as it was said (A5, B2, D2).
 */
export type Intake = { channel: Channel, 
/**
 * Without an id: not in the register yet. So with site and equipment.
 */
customer: Customer, site: IntakePlace, equipment: Machine, 
/**
 * Number of the order or contract.
 */
reference: string, 
/**
 * Key of one of the standard's; empty: nobody has judged it. So with symptom and level.
 */
problem_type: string, symptom_kind: string, 
/**
 * As the customer told it.
 */
symptom: string, 
/**
 * By the key of the question: the key of an option, or words.
 */
answers: { [key in string]: string }, occurred_at: string | null, impact: Impact | null, tried: string, wants: Wants | null, 
/**
 * Criteria of levels that somebody ticked.
 */
criteria: Array<string>, 
/**
 * Another level than is proposed, and why (X8); empty: as proposed.
 */
level: string, level_reason: string, 
/**
 * When the customer would have somebody come (D8).
 */
appointment: Appointment | null, 
/**
 * Why it goes on without what is missing; empty: it waits.
 */
without: string, 
/**
 * What the customer sent of it (D2), as the office keeps them, in this order.
 */
photos: Array<Digest>, 
/**
 * Whom the customer would have come (A13).
 */
wished: TechnicianId | null, 
/**
 * What is to be served is confidential (A13).
 */
confidential: boolean, 
/**
 * How urgent the customer calls it (D2), in words of another set of levels (X1).
 */
declared: Declared | null, };

/**
 * A follow-up question and its answer.
 */
export type IntakeAnswer = { question: Text, answer: Text, };

/**
 * What a request says.
 */
export type IntakeField = "customer" | "contact" | "phone" | "second_phone" | "address" | "equipment" | "model" | "serial" | "purchased" | "reference" | "problem_type" | "symptom" | "occurred_at" | "tried" | "impact" | "wants" | "answer";

/**
 * What the form for a request is made of: what the firm's standard asks, and how each channel stands just now.
 */
export type IntakeForm = { channels: Array<ChannelNow>, problem_types: Array<Named>, symptoms: Array<Symptom>, 
/**
 * The most urgent first.
 */
levels: Array<LevelChoice>, 
/**
 * What else levels are called, by the customer or in another set (X1).
 */
level_sets: Array<LevelSet>, 
/**
 * Kinds of equipment.
 */
kinds: Array<Named>, photos: PhotoLimits, };

/**
 * What the rules say of a request that is being written down.
 */
export type IntakeLook = { findings: Array<Finding>, missing: Array<MissingInfo>, 
/**
 * Nobody can be sent without these.
 */
lacks_to_go: Array<MissingInfo>, grade: Grade, 
/**
 * Criteria that are met, ticked or not.
 */
ticked: Array<string>, channel: ChannelNow | null, 
/**
 * What is promised if somebody is to go there (A7), and the ceiling (A17).
 */
respond_by: string | null, ceiling: string | null, standing: CustomerStanding, 
/**
 * What is known of such faults, the likeliest first.
 */
hits: Array<FaultCode>, };

export type IntakePlace = { id: string, name: string, address: string, landmark: string, };

/**
 * Everything the job's screens need, in one answer.
 */
export type Job = { card: JobCard, order: WorkOrder, sheet: Sheet, charges: Charges, 
/**
 * What the customer is asked to agree to, and whether that was done.
 */
estimate: Charges, consent: Consent, 
/**
 * The checklist in the order in which it is asked.
 */
asked: Array<AskedStep>, waiting: Waiting, 
/**
 * The visit before this one is on this phone too.
 */
earlier_here: boolean, 
/**
 * The visit after this one is.
 */
next_here: boolean, 
/**
 * What a part that is not on the sheet yet would be covered by, for each place it may come from.
 */
part_cover: Record<PartSource, Cover>, 
/**
 * The day whose warranty and contract count.
 */
service_day: string, times: Times, missing: Missing, refused: Array<RefusedChange>, 
/**
 * What the office changed since the plan was last seen.
 */
changed: OfficeChange | null, 
/**
 * Of the parts to bring, by number; without those of a van that is not known.
 */
bring_on_van: { [key in string]: number }, 
/**
 * Lines whose new serial is none of those reserved for this job (A21).
 */
other_serials: Array<LineId>, 
/**
 * Minutes of work after which the customer hears how it goes (B11); null once they have.
 */
tell_after: number | null, 
/**
 * Calls that the kind of job asks for and that nobody has made yet (A23, E6, X13).
 */
calls: Array<Call>, rules: VisitRules, 
/**
 * When this was made, by the phone's corrected clock: where running timers count from.
 */
now: string, };

export type JobCard = { id: WorkOrderId, number: string, level: Level, from: string, to: string, respond_by: string, customer: string, site: string, address: string, symptom: string, stage: Stage, 
/**
 * Present while an offer waits for an answer.
 */
offer: Offer | null, 
/**
 * From the last known position, or from where the day starts.
 */
distance_m: number | null, standing: Standing, 
/**
 * The office took this job away; it stays until seen.
 */
gone: GoneNotice | null, cancelled: boolean, 
/**
 * When this phone heard that the office changed the plan, until that was seen.
 */
changed_at: string | null, };

/**
 * One line of a work order's journal, as the console shows it.
 */
export type JournalEntry = { 
/**
 * Place in the office's one gap-free order.
 */
n: number, 
/**
 * When it happened, by the phone's moment or the office's clock.
 */
at: string, received_at: string, 
/**
 * Name of the person.
 */
actor: string, entry: Entry, };

/**
 * Why somebody is not offered it by the rules.
 */
export type KeptOut = "has" | "declined" | "expired" | "not_reached" | "taken" | "away" | "off_duty" | "off_duty_then" | "not_at_desk" | "skill" | "grade" | "area" | "full";

/**
 * Where this phone keeps its keys.
 */
export type KeyStore = "system" | "file";

export type Kit = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, tools: Array<string>, parts: Array<string>, note: string, };

export type KnownAnswer = { "kind": "check", result: Verdict, } | { "kind": "number", 
/**
 * Decimal, as typed: `7.1`.
 */
value: string, } | { "kind": "choice", value: string, } | { "kind": "text", text: string, } | { "kind": "photo", photos: Array<Digest>, } | { "kind": "serial", code: string, scanned: boolean, } | { "kind": "pairs", pairs: Array<Pair>, } | { "kind": "script", said: boolean, } | { "kind": "skipped", };

/**
 * What an earlier answer must be. Without that answer, or where its step does not apply, it does not hold.
 *
 * A check is called by its result (`pass`, `fail`, `not_applicable`), a choice by its option, words to say by `yes`
 * and `no`; text and serial numbers by what they are. Readings are compared as numbers.
 */
export type KnownCondition = { "test": "is", step: StepKey, value: string, } | { "test": "one_of", step: StepKey, values: Array<string>, } | { "test": "is_not", step: StepKey, value: string, } | { "test": "above", step: StepKey, limit: string, } | { "test": "below", step: StepKey, limit: string, };

export type KnownStepKind = { "kind": "check", } | { "kind": "number", unit: string, min: string | null, max: string | null, } | { "kind": "choice", options: Array<ChoiceOption>, } | { "kind": "text", } | { "kind": "photo", at_least: number, } | { "kind": "serial", expected: string | null, } | { "kind": "pairs", unit: string, labels: Array<Text>, target: string | null, tolerance: string | null, } | { "kind": "script", text: Text, };

export type KnownWhat = { "what": "offer_accepted", } | { "what": "offer_declined", reason: DeclineReason, note: string, 
/**
 * A colleague who could take it, by name: picked from those the phone knows, or typed. The office decides.
 */
suggested?: string | null, } | { "what": "more_time_asked", minutes: number, } | { "what": "delay_reported", reason: DelayReason, new_eta: string, note: string, } | { "what": "customer_contacted", outcome: ContactOutcome, agreed: string | null, note: string, } | { "what": "kit_checked", tools: Array<string>, parts: Array<string>, note: string, } | { "what": "departed", } | { "what": "went_dark", back_by: string, } | { "what": "arrived", position: Position | null, distance_m?: number | null, on_site?: boolean | null, note: string, } | { "what": "fault_confirmed", as_reported: boolean, fault: string, with: string, } | { "what": "work_started", } | { "what": "work_paused", reason: PauseReason, note: string, } | { "what": "work_resumed", } | { "what": "work_finished", } | { "what": "step_answered", step: StepKey, answer: Answer, verdict?: Verdict | null, note: string, } | { "what": "photo_taken", digest: Digest, subject: PhotoSubject, step: StepKey | null, bytes: number, 
/**
 * The photo of this sheet that marks were drawn on to make this one. That one stays as it is.
 */
drawn_on?: Digest | null, } | { "what": "photo_removed", digest: Digest, } | { "what": "part_fitted", line: LineId, part: PartBrief, quantity: number, serial_in: string | null, serial_out: string | null, from: PartSource, old_part: OldPart, 
/**
 * How many of it the van was known to carry then, without this line; filled in by the phone. Fitting more is
 * an exception that is seen, and stops nobody (P12).
 */
on_van?: number | null, } | { "what": "part_line_removed", line: LineId, } | { "what": "part_requested", request: LineId, part: PartWanted, note: string, } | { "what": "part_request_withdrawn", request: LineId, } | { "what": "time_corrected", span: ChangeId, from: string, to: string, reason: string, } | { "what": "diagnosed", fault_code: string | null, cause: string, remedy: string, } | { "what": "quote_agreed", total: Money, agreed_by: string, tariff?: string | null, } | { "what": "goodwill_given", charge: ChargeRef, reason: string, agreed_by: string, } | { "what": "goodwill_withdrawn", charge: ChargeRef, } | { "what": "function_tested", passed: boolean, note: string, } | { "what": "note_written", text: string, } | { "what": "signed_off", act: SignOffAct, ink: Array<Array<[number, number, number, number]>>, 
/**
 * Made by the core when it is recorded; none from a phone without a key of its own.
 */
phone?: PhoneSignature | null, } | { "what": "signed_on_paper", signatory: string, capacity: string, pages: Array<Digest>, } | { "what": "sign_off_refused", reason: RefusalReason, note: string, } | { "what": "could_not_finish", reason: UnfinishedReason, parts: Array<PartWanted>, next: string, note: string, } | { "what": "follow_up_suggested", kind: FollowUpKind, text: string, } | { "what": "sheet_opened", opened: OpenedSheet, } | { "what": "amended", reason: string, };

/**
 * What is not there yet.
 */
export type Lack = "acceptance" | "photos" | "decisions" | "satisfaction" | "call_back";

export type Lane = { technician: TechnicianId, login: string, name: string, away: boolean, on_duty: boolean, on_call: boolean, 
/**
 * When a phone of theirs was last heard of.
 */
heard: string | null, 
/**
 * Said to be out of reach until then.
 */
dark_until: string | null, 
/**
 * Photos that the phone still holds, as far as the office knows.
 */
photos_held_back: number, 
/**
 * By the time at which they are to begin.
 */
jobs: Array<BoardJob>, };

export type LaneKind = { kind: Attention, count: number, };

/**
 * In which order the lane is read.
 */
export type LaneOrder = "urgent" | "newest";

export type Language = "en" | "zh";

/**
 * How much of what was recorded with this phone the office holds, and by what it is proved.
 */
export type Ledger = { 
/**
 * Changes recorded since this phone has its identity.
 */
recorded: number, 
/**
 * The first so many are held: the office has signed for them.
 */
held: number, 
/**
 * Of those, still kept here because no backup of the office has them yet.
 */
kept: number, 
/**
 * The last receipt: eight characters of the digest it is for, as the office shows them, and when it was given.
 */
code: string | null, at: string | null, };

/**
 * Urgency: a level of the service standard's level set (A7, A8).
 */
export type Level = { key: string, 
/**
 * 1 is the most urgent.
 */
rank: number, name: Text, colour: Colour, 
/**
 * Promised response in minutes.
 */
respond: number, 
/**
 * Minutes to answer an offer, from its delivery (A15).
 */
accept: number, };

export type LevelChoice = { key: string, name: Text, colour: Colour, criteria: Array<Criterion>, };

/**
 * Levels as others call them: a customer, a maker, a firm that was taken over (X1).
 */
export type LevelSet = { key: string, name: Text, levels: Array<Likened>, };

/**
 * A level of another set, and the one of this standard that it stands for.
 */
export type Likened = { key: string, name: Text, level: string, };

/**
 * A part line on a sheet, made by the screen so that a double tap is one line.
 */
export type LineId = string;

export type Link = "unknown" | "sending" | "online" | "offline" | "trouble" | "sign_in_needed";

export type Machine = { id: string, 
/**
 * Key of a kind of equipment, with its checklist and tools; empty: none of them.
 */
kind: string, name: string, model: string, serial: string, purchased: string | null, };

/**
 * One answer of a scale of satisfaction (B13, E14, X16).
 */
export type Mark = { rating: Rating, name: Text, points: number, };

/**
 * Compared in the order that the standard gives; the smaller goes first.
 */
export type Measure = "area" | "grade" | "work" | "parts" | "travel" | "last_offered";

/**
 * What still stands between this sheet and the customer's review.
 */
export type Missing = { 
/**
 * Required steps without an answer.
 */
steps: Array<StepKey>, 
/**
 * Steps that this app is too old for.
 */
too_new: Array<StepKey>, before_photo: boolean, after_photo: boolean, diagnosis: boolean, function_test: boolean, };

/**
 * Something that a request does not say yet.
 */
export type MissingInfo = { field: IntakeField, 
/**
 * Key of the question, for an answer; else empty.
 */
question: string, };

export type Moment = { 
/**
 * The phone's clock, in UTC, to the millisecond.
 */
utc: string, 
/**
 * The phone's offset from UTC in minutes, east positive.
 */
offset: number, 
/**
 * Milliseconds since the phone was started; does not jump when the clock is set.
 */
elapsed: number, 
/**
 * Which start of the phone `elapsed` counts from.
 */
boot: string, 
/**
 * How far the phone's clock was ahead of the office's when they last met, in milliseconds; `null`
 * when they never met since this start.
 */
ahead: number | null, };

export type Money = { 
/**
 * Minor units: 48600 is ¥486.00.
 */
minor: number, 
/**
 * ISO 4217, upper case.
 */
currency: string, };

export type Named = { key: string, name: Text, };

export type NewAccount = { login: string, name: string, role: Role, password: string, };

export type NewWebhook = { url: string, events: Array<HookEvent>, };

export type Note = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, text: string, };

export type Offer = { 
/**
 * The minutes run from when the offer reached this phone (A15).
 */
expires: string, 
/**
 * Seconds left when this was made; below zero when late.
 */
left: number, 
/**
 * Whole length in seconds, for the bar.
 */
length: number, };

/**
 * All that is different since the technician last saw the plan.
 */
export type OfficeChange = { fields: Array<ChangedField>, at: string, 
/**
 * Name of the person; empty when nobody did it by hand.
 */
by: string, };

/**
 * What became of the part taken out.
 */
export type OldPart = "none" | "returned" | "left_with_customer" | "scrapped";

export type OnPaper = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, signatory: string, capacity: string, pages: Array<Digest>, };

export type OpenOffer = { offered_at: string, 
/**
 * It has reached the phone, and runs out then; before that no minute of it runs.
 */
expires_at: string | null, };

export type OpenedSheet = { customer: string, contact: string, phone: string, address: string, equipment: string, serial: string, symptom: string, };

/**
 * What a start of the app shows, in one answer: on a slow phone each question costs as much as what it asks for.
 */
export type Opening = { session: Session, 
/**
 * The job whose customer has the phone in their hands; null where the technician has it.
 */
customer: WorkOrderId | null, 
/**
 * Null where nobody is at work, and where it cannot be read: who asks for it then hears why.
 */
today: Today | null, };

/**
 * What a link from outside opens (`link`).
 */
export type Opens = { "opens": "sign_in", office: string, code: string, } | { "opens": "job", work_order: WorkOrderId, 
/**
 * An offer waits for its answer.
 */
offer: boolean, } | { "opens": "not_here", number: string, } | { "opens": "locked", } | { "opens": "nothing", };

/**
 * A phone whose time zone is not the one that was expected.
 */
export type OtherZone = { 
/**
 * Minutes from UTC, east positive.
 */
offset: number, expected: number, 
/**
 * Expected is the office's zone, not the one of the record before.
 */
by_office: boolean, };

export type Outbox = { groups: Array<OutboxGroup>, received_today: Array<ReceivedJob>, sync: SyncStatus, ledger: Ledger, 
/**
 * Bytes free on this phone.
 */
free: number | null, 
/**
 * About how many more photos fit.
 */
photos_fit: number | null, };

/**
 * What one job still holds only here.
 */
export type OutboxGroup = { work_order: WorkOrderId, number: string, customer: string, standing: Standing, answers: number, parts: number, 
/**
 * Changes that are none of the others.
 */
other: number, signature: boolean, photos: Array<OutboxPhoto>, refused: Array<RefusedChange>, };

export type OutboxPhoto = { digest: Digest, bytes: number, 
/**
 * Bytes the office has said it holds.
 */
sent: number, };

/**
 * How it came out.
 */
export type Outcome = "accepted" | "unhappy" | "not_accepted" | "unfinished" | "cancelled" | "otherwise";

export type OwnedEquipment = { 
/**
 * Id of its site; empty when nobody said.
 */
site: string, 
/**
 * Key of its kind; empty for none.
 */
kind: string, equipment: Equipment, };

/**
 * A page of a long list, and what to ask with for the next one.
 */
export type Page<T> = { items: Array<T>, next: string | null, };

export type Pair = { before: string | null, after: string | null, };

/**
 * One HTML file, in the clear.
 */
export type PaperFile = { name: string, 
/**
 * Where it lies, until nobody is at work any more.
 */
path: string, bytes: number, };

/**
 * What is made for paper.
 */
export type PaperKind = "copy" | "sheet";

export type Part = { number: string, name: Text, 
/**
 * Pinyin initials of the Chinese name: `zc` for 轴承.
 */
initials: string, 
/**
 * What one is: "each", "m", "100 g".
 */
unit: Text, price: Money | null, 
/**
 * Carries a serial number that must be recorded.
 */
serialised: boolean, };

/**
 * As much of a catalogue part as a sheet keeps, so that a later catalogue changes no earlier sheet.
 */
export type PartBrief = { number: string, name: Text, 
/**
 * `null`: the office prices this line.
 */
price: Money | null, };

/**
 * What somebody at the office decided of a part that was asked for.
 */
export type PartDecision = { request: LineId, 
/**
 * As many as were asked for then: asked for anew, it is not decided any more.
 */
quantity: number, choice: Choice, reason: string, by: string, at: string, };

export type PartFound = { part: Part, 
/**
 * On the van, less what was fitted since.
 */
on_van: number, };

export type PartLine = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, line: LineId, part: PartBrief, quantity: number, serial_in: string | null, serial_out: string | null, from: PartSource, old_part: OldPart, on_van?: number | null, };

export type PartRequest = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, request: LineId, part: PartWanted, note: string, };

export type PartSource = "van" | "office" | "customer" | "bought";

export type PartWanted = { number: string, name: Text, quantity: number, };

export type PartsFound = { total: number, items: Array<PartFound>, 
/**
 * As of when the van's stock is known.
 */
as_of: string | null, };

export type PastVisit = { on: string, number: string, technician: string, summary: string, };

/**
 * Time that does not count. One without an end is still going on.
 */
export type Pause = { from: string, to: string | null, };

export type PauseReason = "break" | "waiting_for_parts" | "waiting_for_customer" | "other_job" | "safety" | "other";

/**
 * One technician's key on one phone, as the office knows it.
 */
export type PhoneId = string;

export type PhoneSignature = { 
/**
 * When, where the phone was: `2026-11-22T10:20:33+08:00`.
 */
at: string, key: string, signature: string, };

/**
 * A photo as the office keeps it.
 */
export type PhotoKept = { digest: Digest, bytes: number, };

/**
 * What is taken of the customer's photos.
 */
export type PhotoLimits = { 
/**
 * With one request.
 */
most: number, 
/**
 * Of one file.
 */
bytes: number, };

/**
 * Where the bytes of a photo are.
 */
export type PhotoPlace = "here" | "fetched" | "away";

export type PhotoSubject = "before" | "during" | "after" | "part" | "document" | "other";

/**
 * A stretch of a text, and whether it is what was searched for.
 */
export type Piece = { text: string, hit: boolean, };

export type Position = { 
/**
 * Latitude in millionths of a degree, north positive (WGS-84).
 */
lat_e6: number, 
/**
 * Longitude in millionths of a degree, east positive (WGS-84).
 */
lon_e6: number, 
/**
 * Accuracy in metres as the phone states it; 0 when unknown.
 */
accuracy_m: number, };

/**
 * "Preparing your phone, 3 of 5".
 */
export type Preparing = { done: number, total: number, 
/**
 * What is fetched now: `jobs`, `parts`, `faults` or `van`.
 */
what: string, 
/**
 * How much that is, where the office has said so.
 */
bytes: number | null, };

export type Problem = { 
/**
 * Stable, snake_case; the screens translate it.
 */
code: string, 
/**
 * English, written for someone on a ladder. Shown only where the code is unknown.
 */
message: string, 
/**
 * Values for the sentence's placeholders.
 */
params?: { [key in string]: string }, };

/**
 * What the office keeps of a technician for this, beside name and telephone. Phones never see it.
 */
export type Profile = { 
/**
 * Keys of the kinds of equipment that they can work on.
 */
skills: Array<string>, grade: number, 
/**
 * Key of the home area; '' for the one that the base lies in.
 */
area: string, 
/**
 * Not at work: ill, on leave.
 */
away: Away | null, };

export type PublishedStandard = { version: number, at: string, 
/**
 * Who published it; empty for one that came with the office.
 */
by: string, };

export type Question = { key: string, text: Text, 
/**
 * None: it is answered in words.
 */
options: Array<QuestionChoice>, };

export type QuestionChoice = { key: string, text: Text, 
/**
 * The criterion of a level that this answer amounts to.
 */
ticks?: string, };

export type Quote = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, total: Money, agreed_by: string, tariff?: string | null, };

export type Raised = { 
/**
 * The journal's entry.
 */
n: number, attention: Attention, about: string, at: string, choices: Array<Choice>, handling: Handling | null, decided: Decision | null, };

/**
 * E9, E14: 5, 3, 2 and 0 points.
 */
export type Rating = "very_satisfied" | "satisfied" | "average" | "not_satisfied";

export type RatingReason = "not_solved" | "late" | "price" | "attitude" | "mess";

/**
 * What a workbook came to: a checklist without errors, and what is to be said of it in any case.
 */
export type ReadChecklist = { 
/**
 * Nothing while there is an error.
 */
checklist: Template | null, findings: Array<Finding>, };

export type ReceivedJob = { work_order: WorkOrderId, number: string, customer: string, at: string, };

export type Records = { link: Link, last_sync: string | null, last_received: string | null, 
/**
 * Seconds that the phone's clock is fast.
 */
clock_off: number, 
/**
 * Everything came at least once.
 */
complete: boolean, jobs: number, recorded: number, held: number, kept: number, waiting_changes: number, waiting_photos: number, waiting_bytes: number, refused: number, photos: number, photo_bytes: number, parts: number, faults: number, drafts: number, };

/**
 * Why a change does not fit (WORDS: refusal). Each reason has its sentence on the screens.
 */
export type Refusal = "locked" | "not_signed" | "quantity" | "no_such_line" | "no_such_photo" | "no_such_span" | "ends_before_it_begins" | "empty" | "too_long" | "no_such_step" | "wrong_answer" | "no_ink" | "digest_differs" | "wrong_work_order" | "malformed" | "already_opened" | "not_yours" | "quarantined" | "newer";

export type RefusalReason = "not_satisfied" | "price" | "not_authorised" | "absent" | "other";

export type RefusedChange = { id: ChangeId, what: string, reason: Refusal, };

/**
 * What can be brought in and taken out as a table.
 */
export type Register = "customers" | "equipment" | "parts" | "work-orders";

/**
 * What the customer asked for at intake (A5, B2, D2).
 */
export type Request = { id: RequestId, number: string, received_at: string, channel: Channel, problem_type: Text, 
/**
 * As the customer told it.
 */
symptom: string, occurred_at: string | null, impact: Impact, safety_risk: boolean, 
/**
 * What the customer already tried.
 */
tried: string, wants: Wants, 
/**
 * What was asked further because of the symptom, and what the customer said (A6).
 */
asked?: Array<IntakeAnswer>, 
/**
 * Number of the order or contract that the customer named (B2).
 */
reference?: string, 
/**
 * While the office waited for what the customer had to say, where the standard does not count that.
 */
pauses?: Array<Pause>, 
/**
 * What the customer sent of it (D2). The office has all of them; a phone asks for those that somebody looks at.
 */
photos?: Array<CustomerPhoto>, 
/**
 * Whom the customer would have come (A13).
 */
wished?: Wished, 
/**
 * What is served is confidential, as it was said or as the register has it (A13).
 */
confidential?: boolean, 
/**
 * How urgent the customer called it, in words of another set of levels (D2, X1).
 */
declared?: Text, };

/**
 * What was done with a request: its journal, with actor and time.
 */
export type RequestAct = { "act": "registered", } | { "act": "graded", level: string, proposed: string, 
/**
 * Why it is another than the proposed one; else empty.
 */
reason: string, } | { "act": "info_awaited", missing: Array<MissingInfo>, } | { "act": "info_complete", without: string, } | { "act": "edited", fields: Array<string>, } | { "act": "photos_changed", added: Array<Digest>, removed: Array<Digest>, } | { "act": "responded", mode: ResponseMode, note: string, due: string | null, verdict: ClockVerdict | null, } | { "act": "reminded", duty: Duty, } | { "act": "response_missed", } | { "act": "solved", what: string, 
/**
 * What its level promises of that, where it does (X2), and whether it was kept.
 */
due: string | null, verdict: ClockVerdict | null, } | { "act": "order_made", visit: Visit, } | { "act": "withdrawn", reason: string, } | { "act": "breached", } | { "act": "ceiling_passed", };

export type RequestEntry = { 
/**
 * Place in the office's one gap-free order.
 */
n: number, at: string, 
/**
 * Name of the person.
 */
actor: string, act: RequestAct, };

/**
 * A service request (intake).
 */
export type RequestId = string;

export type RequestRow = { id: RequestId, number: string, state: RequestState, channel: Channel, customer: string, site: string, symptom: string, level: Level, received_at: string, 
/**
 * Nothing once it is settled.
 */
respond_by: string | null, 
/**
 * The clocks stand still: it waits for the customer.
 */
is_paused: boolean, 
/**
 * What it promises has passed: nobody was sent yet, or nobody has answered.
 */
is_late: boolean, 
/**
 * Somebody was reminded of a promise that is still to be kept (D3).
 */
is_due_soon: boolean, 
/**
 * When the first response is due; nothing once it was given, or where none is promised (B4).
 */
answer_by: string | null, 
/**
 * When the customer was answered, and how.
 */
response: ResponseGiven | null, missing: Array<MissingInfo>, work_order: Visit | null, 
/**
 * Name of who registered it.
 */
by: string, };

export type RequestState = "new" | "awaiting_info" | "solved" | "order_made" | "withdrawn";

/**
 * What was taken up.
 */
export type RequestTaken = { id: RequestId, number: string, state: RequestState, };

/**
 * A rescue file that lies on this phone (`rescue`).
 */
export type RescueFile = { name: string, 
/**
 * Where it lies.
 */
path: string, bytes: number, 
/**
 * Changes that wait to be sent.
 */
waiting: number, 
/**
 * Changes the office has signed for that no backup holds yet.
 */
kept: number, photos: number, };

/**
 * What became of a rescue file at the office.
 */
export type RescueTaken = { technician_name: string, 
/**
 * When the phone made the file, as far as it knew.
 */
made_at: string, 
/**
 * The phone is revoked; what was new is marked for a person to look at.
 */
revoked: boolean, accepted: number, 
/**
 * Changes that the office held already.
 */
duplicates: number, refused: number, 
/**
 * Photos that were new here.
 */
photos: number, photos_held: number, 
/**
 * Photos that no change names, or that are no pictures.
 */
photos_refused: number, };

export type ResponseGiven = { at: string, mode: ResponseMode, };

/**
 * How a customer is answered, as it was agreed (B4).
 */
export type ResponseMode = "phone" | "message" | "email" | "remote" | "on_site";

export type Review = { document: Document, digest: Digest, 
/**
 * Eight characters of the digest for people: `7F3A-91C2`.
 */
code: string, total: Money, missing: Missing, };

/**
 * Each may also do what those before it may.
 */
export type Role = "dispatcher" | "supervisor" | "admin";

export type RotaSpan = { from: string, to: string, };

/**
 * What the rule gives whoever handles what a customer is not content with (B14, X18).
 */
export type SecondHandlingRule = { hours: number, 
/**
 * Who does it, and who after that; empty where nobody is named.
 */
by: string, director: string, };

/**
 * Who is signed in on this phone, and what the app should look like.
 */
export type Session = { technician: Technician | null, 
/**
 * The firm's name, once known.
 */
company: string, 
/**
 * Address of the office, as last used or preset.
 */
office: string, 
/**
 * Logins that have a sealed database on this phone.
 */
known: Array<string>, settings: Settings, 
/**
 * Version of the app.
 */
version: string, 
/**
 * Somebody is signed in behind a PIN that is asked for now; the first of `known`.
 */
locked: boolean, 
/**
 * Whoever is signed in, or locked, has a PIN.
 */
pin: boolean, 
/**
 * Until when a PIN or a password opens without the office being heard.
 */
lease_until: string | null, key_store: KeyStore, 
/**
 * Seconds until the next PIN or password is looked at, after wrong ones.
 */
unlock_wait: number, 
/**
 * Nobody is at work: what the office has to hear for a code that opens this phone by telephone (`unlock`).
 */
question: string | null, 
/**
 * Nobody has chosen how this phone looks and speaks yet: it begins in the language of the system.
 */
fresh: boolean, };

export type Settings = { language: Language, theme: Theme, 
/**
 * Percent of the normal text size, 100 to 200.
 */
text_size: number, 
/**
 * Longest edge of a photo in pixels: 640, 1024, 2048 or 3072.
 */
photo_edge: number, };

export type Sheet = { work_order: WorkOrderId, stage: Stage, 
/**
 * 1, and one more for each amendment of a signed sheet.
 */
revision: number, accepted_at: string | null, declined: Declined | null, 
/**
 * Minutes more that were asked for to answer the offer.
 */
more_time: number, delay: Delay | null, contacts: Array<Contact>, kit: Kit | null, dark_until: string | null, arrival: Arrival | null, fault: Fault | null, answers: Record<StepKey, Answered>, photos: Array<SheetPhoto>, parts: Array<PartLine>, 
/**
 * Parts asked for and not withdrawn.
 */
requests: Array<PartRequest>, spans: Array<Span>, diagnosis: Diagnosis | null, quote: Quote | null, goodwill: Array<Goodwill>, function_test: FunctionTest | null, notes: Array<Note>, sign_off: SignOff | null, 
/**
 * The paper that was signed, while it counts.
 */
on_paper: OnPaper | null, sign_off_refused: SignOffRefused | null, unfinished: Unfinished | null, follow_ups: Array<FollowUp>, opened: OpenedSheet | null, 
/**
 * Sign-offs of earlier revisions, with the reason they were reopened.
 */
superseded: Array<Superseded>, 
/**
 * Papers that were signed and no longer count, each with what voided it (E11).
 */
voided: Array<VoidedPaper>, 
/**
 * Changes that only a newer version understands.
 */
unknown: Array<ChangeId>, 
/**
 * How many changes this sheet is made of.
 */
changes: number, };

export type SheetPhoto = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, digest: Digest, subject: PhotoSubject, step: StepKey | null, bytes: number, 
/**
 * Of the photo that this one is, with marks on it.
 */
drawn_on?: Digest | null, };

export type SignOff = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, act: SignOffAct, ink: Array<Array<[number, number, number, number]>>, phone?: PhoneSignature | null, };

/**
 * What the customer accepted (I8): bound to the digest of exactly what was shown.
 */
export type SignOffAct = { 
/**
 * Digest of the document shown.
 */
digest: Digest, 
/**
 * Language it was shown in.
 */
language: Language, 
/**
 * Digest of the ink's canonical JSON; filled in by `prepare`.
 */
ink?: Digest | null, 
/**
 * The signatory's name, as given on the review screen.
 */
signatory: string, 
/**
 * In what capacity: "lab manager".
 */
capacity: string, 
/**
 * "I saw the machine working" was ticked.
 */
saw_it_work: boolean, rating: Rating, rating_reasons: Array<RatingReason>, remark: string, };

export type SignOffRefused = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, reason: RefusalReason, note: string, };

export type SignedOut = { 
/**
 * Work orders with something that only this phone has; it stays sealed here.
 */
waiting: number, };

export type Site = { id: string, 
/**
 * "Laboratory, basement 2".
 */
name: string, 
/**
 * To the door number.
 */
address: string, 
/**
 * How to find it: gate, lift, whom to ask.
 */
landmark: string, position: Position | null, 
/**
 * Within this many metres of `position` one has arrived.
 */
radius_m: number, };

/**
 * One stretch of time; `to` is open while it runs.
 */
export type Span = { 
/**
 * The change that began it.
 */
id: ChangeId, kind: SpanKind, from: string, to: string | null, 
/**
 * Offset from UTC where it began, in minutes.
 */
offset: number, pause: PauseReason | null, 
/**
 * Why it was corrected by hand, if it was.
 */
corrected: string | null, };

export type SpanKind = "travel" | "work" | "pause";

/**
 * How far the visit is. Derived from the changes, never set.
 */
export type Stage = "offered" | "declined" | "accepted" | "departed" | "on_site" | "working" | "paused" | "work_done" | "signed_off" | "signed_on_paper" | "sign_off_refused" | "could_not_finish";

/**
 * What was done with a standard: an entry of its journal, never changed.
 */
export type StandardAct = { "act": "draft_saved", } | { "act": "draft_discarded", } | { "act": "holidays_taken", list: string, days: number, } | { "act": "published", version: number, } | { "act": "put_to_use", version: number, };

export type StandardEntry = { n: number, at: string, 
/**
 * Name of the person.
 */
actor: string, act: StandardAct, };

/**
 * What is to be said of a standard before it is published.
 */
export type StandardLook = { findings: Array<Finding>, 
/**
 * What it is compared with: the version in use of the same key, else the newest one.
 */
against: Under | null, differences: Array<Difference>, 
/**
 * These keep the version that they began under.
 */
open_requests: number, open_work_orders: number, };

export type StandardRow = { key: string, name: Text, 
/**
 * The newest first.
 */
versions: Array<PublishedStandard>, draft: DraftOfStandard | null, };

/**
 * A draft as it was kept.
 */
export type StandardSaved = { version: number, look: StandardLook, };

/**
 * Where the records of one job are. "Received" only after the office's receipt.
 */
export type Standing = { "state": "untouched", } | { "state": "local", changes: number, photos: number, } | { "state": "sending", done: number, total: number, } | { "state": "received_part", photos: number, } | { "state": "received", at: string, } | { "state": "refused", count: number, };

/**
 * The request's walk, derived from the journal (requirements.md, statuses).
 */
export type Status = "dispatching" | "dispatched" | "accepted" | "refused" | "departed" | "arrived" | "working" | "paused" | "work_done" | "acceptance_passed" | "acceptance_failed" | "sheet_returned" | "unfinished" | "cancelled" | "closed";

export type Step = { key: StepKey, title: Text, hint?: Text, 
/**
 * Must be answered before the customer's review.
 */
required: boolean, 
/**
 * A safety step: shown first, marked.
 */
safety: boolean, 
/**
 * A failed answer asks for a photo and a note.
 */
photo_on_fail: boolean, 
/**
 * Asked only where all of these hold (`crate::asked`).
 */
when?: Array<Condition>, kind: StepKind, };

/**
 * A step of a checklist, unique within its template.
 */
export type StepKey = string;

/**
 * A step kind, or one that this version does not know: kept whole, shown as "needs a newer version" (P25).
 */
export type StepKind = KnownStepKind | { kind: string };

export type Suggested = { 
/**
 * As it was said.
 */
text: string, 
/**
 * Who that is, where it names one of the firm.
 */
technician: TechnicianId | null, 
/**
 * Name of who said so.
 */
by: string, };

export type Superseded = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, act: SignOffAct, reason: string, };

/**
 * What the customer sees, and what is asked because of it (A6).
 */
export type Symptom = { key: string, name: Text, 
/**
 * The type of problem that it most likely is.
 */
problem_type: string, questions: Array<Question>, 
/**
 * What the customer can be helped with at once (C4).
 */
first_aid: Array<Text>, };

export type SyncStatus = { link: Link, 
/**
 * Changes and photos that only this phone has.
 */
waiting_changes: number, waiting_photos: number, 
/**
 * Jobs these belong to.
 */
waiting_jobs: number, waiting_bytes: number, 
/**
 * Changes the office could not accept.
 */
refused: number, last_received: string | null, last_sync: string | null, 
/**
 * When it tries next by itself.
 */
next_try: string | null, problem: Problem | null, 
/**
 * The phone's clock is off by this many seconds, fast positive; shown from one minute on.
 */
clock_off: number, zone: OtherZone | null, };

export type TableFault = { 
/**
 * As a spreadsheet counts: the heading is row 1.
 */
row: number, 
/**
 * Empty when it is the whole row.
 */
column: string, wrong: Wrong, };

/**
 * What became of a table, or would.
 */
export type TableTaken = { 
/**
 * Rows below the heading.
 */
rows: number, 
/**
 * How the file was read: `UTF-8` or `GB18030`.
 */
encoding: string, 
/**
 * With any, nothing was written.
 */
faults: Array<TableFault>, 
/**
 * False when it was only tried, or there are faults.
 */
written: boolean, };

/**
 * Price rules as data (E18). Amounts in minor units of `currency`.
 */
export type Tariff = { version: string, currency: string, 
/**
 * Per hour of work.
 */
labour_per_hour: number, 
/**
 * Work is charged in started steps of this many minutes.
 */
labour_step: number, call_out: number, 
/**
 * Extra percent on labour begun outside `opens`..`closes`.
 */
out_of_hours_percent: number, 
/**
 * Minutes after local midnight.
 */
opens: number, closes: number, };

/**
 * A technician as colleagues, customers and phones know one.
 */
export type Technician = { id: TechnicianId, login: string, name: string, phone: string, 
/**
 * Where the day starts; distances count from here until the phone has a fix.
 */
base: Position, };

/**
 * A technician of the firm.
 */
export type TechnicianId = string;

/**
 * A versioned checklist. A published version never changes (P25).
 */
export type Template = { id: string, version: number, name: Text, steps: Array<Step>, };

/**
 * A text that the office keeps in both languages. What people typed is a plain `String`.
 */
export type Text = { en: string, zh: string, };

export type Theme = "auto" | "light" | "sun" | "dark";

/**
 * Minutes so far, running ones included.
 */
export type Times = { travel: number, work: number, pause: number, };

export type Today = { 
/**
 * Offers first, then by window; finished ones last.
 */
jobs: Array<JobCard>, sync: SyncStatus, 
/**
 * The next planned day when there is nothing today.
 */
next_day: string | null, 
/**
 * The first download is not complete yet.
 */
loading: boolean, 
/**
 * Until this phone has everything that it needs without a signal.
 */
preparing: Preparing | null, };

/**
 * A value as it can be said in either language.
 */
export type Told = { "told": "nothing", } | { "told": "typed", text: string, } | { "told": "named", names: Array<Text>, } | { "told": "counted", items: Array<Counted>, } | { "told": "minutes", minutes: number, } | { "told": "day", day: string, } | { "told": "moment", at: string, } | { "told": "window", from: string, to: string, };

/**
 * How the customer was told.
 */
export type ToldBy = "telephone" | "message" | "email";

export type ToldCustomer = { at: string, actor: string, told_by: ToldBy, };

export type Tool = { key: string, name: Text, };

/**
 * The same again is counted.
 */
export type Trouble = { code: string, times: number, last: string, };

/**
 * What became of a try.
 */
export type TryResult = "arrived" | "refused" | "unreachable" | "silence";

/**
 * One line of the rota.
 */
export type Turn = { id: TurnId, technician: TechnicianId, kind: TurnKind, from: string, to: string, };

/**
 * A line of the rota.
 */
export type TurnId = string;

/**
 * Beside the hours in which everybody works.
 */
export type TurnKind = "on_call" | "desk";

/**
 * Which standard a work order began under.
 */
export type Under = { standard: string, version: number, };

export type Unfinished = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, reason: UnfinishedReason, parts: Array<PartWanted>, next: string, note: string, };

export type UnfinishedReason = "parts_missing" | "needs_specialist" | "customer_asked" | "no_access" | "unsafe" | "other";

/**
 * The answer to a locked phone's question. The office does not keep it.
 */
export type UnlockCode = { 
/**
 * For reading out: `K7QF-92MD-XP4T-8WVA`.
 */
code: string, 
/**
 * How many more may be given for this phone within a day.
 */
left: number, };

export type Van = { technician: TechnicianId, name: string, 
/**
 * When one of their phones was last heard of.
 */
heard: string | null, parts: Array<VanPart>, };

export type VanPart = { number: string, name: Text | null, 
/**
 * What the office put into the van, as far as it knows.
 */
counted: number, 
/**
 * Fitted from it since, as phones reported.
 */
fitted: number, 
/**
 * How many the phone knew to be there when the last one was fitted, without that one.
 */
phone: number | null, };

/**
 * What this technician carries of a part.
 */
export type VanStock = { number: string, quantity: number, };

export type Verdict = "pass" | "fail" | "not_applicable" | "noted";

/**
 * Another visit for the same request.
 */
export type Visit = { work_order: WorkOrderId, number: string, };

/**
 * A page of visits, the latest first.
 */
export type VisitPage = { rows: Array<Visited>, next: string | null, };

export type VisitPart = { number: string, name: Text, quantity: number, };

export type VisitPhoto = { digest: Digest, at: string, 
/**
 * Its bytes are here; those of long ago are at the office alone.
 */
here: boolean, };

/**
 * What goes with the work order.
 */
export type VisitRules = { 
/**
 * The kind of job; nothing where the standard tells none apart.
 */
job: Text | null, 
/**
 * When the customer hears how it goes, in per cent of the estimate (B11, X20).
 */
progress_percent: number, calls: Array<Call>, 
/**
 * The forms of acceptance that close it (X14).
 */
accepted: Array<Acceptance>, 
/**
 * What the customer chooses from (X16).
 */
scale: Array<Mark>, };

export type VisitSheet = { work_order: WorkOrderId, parts: Array<VisitPart>, photos: Array<VisitPhoto>, };

export type Visited = { row: ConsoleRow, at: string, equipment: Text | null, remedy: string, };

export type VoidedPaper = { 
/**
 * When, by the phone's corrected clock.
 */
at: string, paper: OnPaper, 
/**
 * The name of the change that voided it: `note_written`.
 */
by: string, };

/**
 * What of a job's lists the office has not received yet.
 */
export type Waiting = { 
/**
 * Requests for parts.
 */
requests: Array<LineId>, 
/**
 * The last so many notes, and suggestions.
 */
notes: number, follow_ups: number, };

export type Wants = "visit" | "remote" | "replacement";

/**
 * Somebody who is told.
 */
export type Webhook = { id: string, url: string, events: Array<HookEvent>, made_at: string, made_by: string, 
/**
 * The latest try of any message.
 */
tried: HookTry | null, 
/**
 * Messages that are still to arrive.
 */
waiting: number, 
/**
 * Messages that never arrived, of the last days.
 */
given_up: number, };

/**
 * With the secret that its messages are signed with, which is not shown again.
 */
export type WebhookMade = { webhook: Webhook, secret: string, };

/**
 * What happened, or something that only a newer version knows: kept whole (P25).
 */
export type What = KnownWhat | { what: string };

/**
 * Why a phone is to be emptied.
 */
export type Wipe = "leaver" | "thief";

/**
 * A technician whom a customer asked for.
 */
export type Wished = { technician: TechnicianId, name: string, };

/**
 * One planned visit for a request; "job" on screen.
 */
export type WorkOrder = { id: WorkOrderId, 
/**
 * As people say it: `JS-2611-0419`.
 */
number: string, 
/**
 * Grows by one each time the office changes the work order.
 */
version: number, request: Request, customer: Customer, site: Site, equipment: Equipment | null, 
/**
 * The contract this visit falls under, if any (E3).
 */
contract: Contract | null, level: Level, 
/**
 * The standard it began under, whatever is published later; none for a sheet opened on site.
 */
under: Under | null, 
/**
 * Agreed window of arrival.
 */
from: string, to: string, 
/**
 * Promised response (A7) and its hard ceiling at 1.5 times (A17).
 */
respond_by: string, ceiling: string, 
/**
 * Estimated minutes of work (D6, B11).
 */
estimate: number, template: Template, 
/**
 * Tools to take along (A14, A20).
 */
tools: Array<Tool>, 
/**
 * Parts to take along (A21).
 */
bring: Array<Bring>, tariff: Tariff, 
/**
 * Introduction to say on arrival (A24).
 */
introduction: Text, 
/**
 * Sentence the customer consents to by signing.
 */
consent: Text, assignment: Assignment, 
/**
 * Past visits to this equipment, newest first, at most ten (A18).
 */
history: Array<PastVisit>, cancelled: Cancelled | null, 
/**
 * The visit after which this one is made (D13, E13).
 */
follows?: Earlier, 
/**
 * The visit that was opened after this one.
 */
followed_by?: Visit, 
/**
 * What the office has decided of parts that were asked for.
 */
parts_decided?: Array<PartDecision>, 
/**
 * The office's last change by hand, if there was one.
 */
edited?: Edited, 
/**
 * What its standard asks of the visit.
 */
rules?: VisitRules, 
/**
 * When the customer first asked, where another visit was made before: solving it is promised from then on (X2).
 */
asked_at?: string | null, };

/**
 * A work order. Made by the office, or by the phone for a sheet opened on site (E11).
 */
export type WorkOrderId = string;

/**
 * Whole minutes.
 */
export type Worked = { travel: number, work: number, pause: number, };

export type WorkedDay = { day: string, travel: number, work: number, pause: number, };

/**
 * Why a table, or a cell of it, cannot be taken.
 */
export type Wrong = "encoding" | "cells" | "unknown_column" | "missing_column" | "column_twice" | "empty" | "needed" | "too_long" | "not_a_date" | "not_an_amount" | "not_a_choice" | "twice" | "unknown" | "anothers_own" | "unfit" | "too_many";
