// A pretend core for looking at screens (`vite --mode fake`) and for tests. Never part of the app.
//
// `POST /fake {…}` changes what it pretends: { link, signedIn, locked, pin, wait, keys, loading, empty, left, settings,
// problem, linkProblem }.
import type {
  Asset,
  Event,
  Hours,
  Job,
  JobCard,
  KnownWhat,
  Level,
  OtherZone,
  Outbox,
  Problem,
  Review,
  Session,
  Settings,
  Sheet,
  Stage,
  SyncStatus,
  Template,
  Today,
  WorkOrder,
} from '@jobsheet/model';
import type { Plugin } from 'vite';

const minute = 60_000;
const at = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString();
const today = (hour: number, min = 0) => {
  const day = new Date();
  day.setHours(hour, min, 0, 0);
  return day.toISOString();
};

export const levels: Record<'red' | 'yellow' | 'green', Level> = {
  red: {
    key: 'red',
    rank: 1,
    name: { en: 'Urgent', zh: '一级 紧急' },
    colour: 'red',
    respond: 120,
    accept: 10,
  },
  yellow: {
    key: 'yellow',
    rank: 2,
    name: { en: 'High', zh: '二级 重要' },
    colour: 'yellow',
    respond: 240,
    accept: 10,
  },
  green: {
    key: 'green',
    rank: 3,
    name: { en: 'Normal', zh: '三级 一般' },
    colour: 'green',
    respond: 480,
    accept: 10,
  },
};

export const template: Template = {
  id: 'chiller',
  version: 3,
  name: { en: 'Safety check', zh: '安全检查' },
  steps: [
    {
      key: 'isolated',
      title: { en: 'Power isolated, locked and tagged', zh: '已断电并上锁挂牌' },
      required: true,
      safety: true,
      photo_on_fail: true,
      kind: { kind: 'check' },
    },
    {
      key: 'leak',
      title: { en: 'No leakage current at enclosure', zh: '外壳无漏电' },
      required: true,
      safety: true,
      photo_on_fail: false,
      kind: { kind: 'check' },
    },
    {
      key: 'water',
      title: { en: 'Supply water temperature', zh: '供水温度' },
      required: true,
      safety: false,
      photo_on_fail: false,
      kind: { kind: 'number', unit: '°C', min: '2', max: '12' },
    },
    {
      key: 'state',
      title: { en: 'State of the filter', zh: '过滤器状态' },
      required: false,
      safety: false,
      photo_on_fail: true,
      kind: {
        kind: 'choice',
        options: [
          { value: 'clean', label: { en: 'Clean', zh: '干净' }, fails: false },
          { value: 'blocked', label: { en: 'Blocked', zh: '堵塞' }, fails: true },
        ],
      },
    },
    {
      key: 'serial',
      title: { en: 'Serial number matches', zh: '核对序列号' },
      required: true,
      safety: false,
      photo_on_fail: false,
      kind: { kind: 'serial', expected: 'SN8842' },
    },
    {
      key: 'pressures',
      title: { en: 'Pressures before and after', zh: '维修前后压力' },
      required: false,
      safety: false,
      photo_on_fail: false,
      kind: {
        kind: 'pairs',
        unit: 'bar',
        labels: [
          { en: 'Low side', zh: '低压侧' },
          { en: 'High side', zh: '高压侧' },
        ],
        target: '4.5',
        tolerance: '0.5',
      },
    },
    {
      key: 'remarks',
      title: { en: 'Anything else seen', zh: '其他发现' },
      required: false,
      safety: false,
      photo_on_fail: false,
      kind: { kind: 'text' },
    },
    {
      key: 'plate',
      title: { en: 'Photo of the name plate', zh: '铭牌照片' },
      required: true,
      safety: false,
      photo_on_fail: false,
      kind: { kind: 'photo', at_least: 1 },
    },
    {
      key: 'goodbye',
      title: { en: 'Explain how to call us', zh: '告知报修方式' },
      required: false,
      safety: false,
      photo_on_fail: false,
      kind: {
        kind: 'script',
        text: { en: 'Please call us any time at 400-100-200.', zh: '如有问题请随时拨打 400-100-200。' },
      },
    },
  ],
};

const technician = {
  id: '0192f000-0000-7000-8000-0000000000a1',
  login: 'wanglei',
  name: '王磊',
  phone: '13800000001',
  base: { lat_e6: 30_657_000, lon_e6: 104_066_000, accuracy_m: 0 },
};

interface Seed {
  id: string;
  number: string;
  level: Level;
  customer: string;
  site: string;
  symptom: string;
  address: string;
  from: string;
  to: string;
  stage: Stage;
}

function order(seed: Seed): WorkOrder {
  const warranty = seed.number.endsWith('9') ? '2026-03-01' : '2027-05-31';
  return {
    id: seed.id,
    number: seed.number,
    version: 1,
    request: {
      id: seed.id.replace('-7000-', '-7001-'),
      number: seed.number.replace('JS', 'SR'),
      received_at: at(-40),
      channel: 'phone',
      problem_type: { en: 'Product fault', zh: '产品故障' },
      symptom: seed.symptom,
      occurred_at: at(-95),
      impact: seed.level.rank === 1 ? 'full_stop' : seed.level.rank === 2 ? 'partial' : 'none',
      safety_risk: seed.level.rank === 1,
      tried: 'Switched off and on, checked the fuse',
      wants: 'visit',
    },
    customer: {
      id: 'c1',
      name: seed.customer,
      contact: '陈主任',
      phone: '028-8555 0128',
      second_phone: '13900000128',
    },
    site: {
      id: 's1',
      name: seed.site,
      address: seed.address,
      landmark: 'Gate 3, lift B to basement 2, ask at the desk',
      position: { lat_e6: 30_650_000, lon_e6: 104_120_000, accuracy_m: 0 },
      radius_m: 150,
    },
    equipment: {
      id: 'e1',
      name: { en: 'Chiller 2', zh: '2 号冷水机' },
      model: 'CH-200',
      serial: 'SN8842',
      purchased: '2024-03-01',
      warranty_until: warranty,
    },
    contract:
      seed.level.rank === 2
        ? {
            number: 'WB-2026-014',
            until: '2026-12-31',
            covers_labour: true,
            covers_parts: false,
            covers_call_out: true,
          }
        : null,
    level: seed.level,
    from: seed.from,
    to: seed.to,
    respond_by: at(seed.level.respond - 40),
    ceiling: at(seed.level.respond * 1.5 - 40),
    estimate: 90,
    template,
    tools: [
      { key: 'multimeter', name: { en: 'Multimeter', zh: '万用表' } },
      { key: 'pen', name: { en: 'Test pen', zh: '测电笔' } },
      { key: 'drivers', name: { en: 'Screwdriver set', zh: '螺丝刀套装' } },
      { key: 'rotor', name: { en: 'Rotor key', zh: '转子扳手' } },
    ],
    bring: [
      {
        number: 'P100035-5',
        name: { en: 'Bearing 6205', zh: '轴承 6205' },
        quantity: 2,
        serials: ['B6205-118', 'B6205-119'],
      },
      {
        number: 'P100042-6',
        name: { en: 'Flow sensor FS-6205', zh: '流量传感器 FS-6205' },
        quantity: 2,
        serials: [],
      },
    ],
    tariff: {
      version: '2026-1',
      currency: 'CNY',
      labour_per_hour: 12_000,
      labour_step: 30,
      call_out: 8_000,
      out_of_hours_percent: 50,
      opens: 480,
      closes: 1200,
    },
    introduction: {
      en: 'Good day, I am Wang Lei from Yunfeng Service. I am here about your chiller.',
      zh: '您好，我是云峰服务的王磊，来为您检修设备。',
    },
    consent: { en: 'I confirm the work above.', zh: '本人确认以上服务内容。' },
    assignment: {
      technician: technician.id,
      technician_name: technician.name,
      state: seed.stage === 'offered' ? 'offered' : 'assigned',
      offered_at: at(-3),
    },
    history: [
      {
        on: '2026-06-11',
        number: 'JS-2606-0120',
        technician: '李强',
        summary: 'Cleaned strainer, flow back to 12 m³/h',
      },
      { on: '2025-11-02', number: 'JS-2511-0033', technician: '王磊', summary: 'Yearly inspection' },
    ],
    cancelled: null,
  };
}

function sheet(id: string, stage: Stage): Sheet {
  const done = ['on_site', 'working', 'paused', 'work_done', 'signed_off'].includes(stage);
  return {
    work_order: id,
    stage,
    revision: 1,
    accepted_at: stage === 'offered' ? null : at(-200),
    declined: null,
    more_time: 0,
    delay: null,
    contacts: done ? [{ at: at(-150), outcome: 'reached', agreed: at(-90), note: '' }] : [],
    kit: done ? { at: at(-150), tools: ['multimeter', 'pen'], parts: ['P100035-5'], note: '' } : null,
    dark_until: null,
    arrival: done ? { at: at(-80), position: null, distance_m: 40, on_site: true, note: '' } : null,
    fault: null,
    answers: done
      ? { isolated: { at: at(-70), answer: { kind: 'check', result: 'pass' }, verdict: 'pass', note: '' } }
      : {},
    photos: [],
    parts: [],
    requests: [],
    spans: [],
    diagnosis: null,
    quote: null,
    goodwill: [],
    function_test: null,
    notes: [],
    sign_off: null,
    sign_off_refused: null,
    unfinished: null,
    follow_ups: [],
    opened: null,
    superseded: [],
    unknown: [],
    changes: stage === 'offered' ? 0 : 4,
  };
}

const seeds: Seed[] = [
  {
    id: '0192f000-0000-7000-8000-000000000418',
    number: 'JS-2611-0418',
    level: levels.red,
    customer: '锦江区人民医院 检验科',
    site: '检验科 B2 设备间',
    symptom: '离心机无法启动，有焦糊味',
    address: '成都市锦江区东大街 128 号 B2 设备间',
    from: today(9),
    to: today(11),
    stage: 'offered',
  },
  {
    id: '0192f000-0000-7000-8000-000000000419',
    number: 'JS-2611-0419',
    level: levels.yellow,
    customer: 'Greenleaf Hotel',
    site: 'Boiler room',
    symptom: 'Chiller 2 low flow alarm, partial cooling only',
    address: '88 Tianfu Ave, Basement 1, Boiler room',
    from: today(11, 30),
    to: today(13),
    stage: 'working',
  },
  {
    id: '0192f000-0000-7000-8000-000000000420',
    number: 'JS-2611-0420',
    level: levels.green,
    customer: '李女士',
    site: '3 栋 1204',
    symptom: '新机安装调试',
    address: '高新区天府三街 66 号 3 栋 1204',
    from: today(14),
    to: today(15),
    stage: 'accepted',
  },
  {
    id: '0192f000-0000-7000-8000-000000000421',
    number: 'JS-2611-0421',
    level: levels.yellow,
    customer: 'Bluepeak Logistics',
    site: 'Cold store 4',
    symptom: 'Door heater trips the breaker',
    address: '12 Hangkong Road, hall 4',
    from: today(15, 30),
    to: today(17),
    stage: 'accepted',
  },
  {
    id: '0192f000-0000-7000-8000-000000000417',
    number: 'JS-2611-0417',
    level: levels.green,
    customer: '青羊小学',
    site: '食堂',
    symptom: '消毒柜更换灯管',
    address: '青羊区文武路 45 号',
    from: today(8),
    to: today(9),
    stage: 'signed_off',
  },
];

/** Everything the pretend core knows. */
export function makeFake() {
  const orders = new Map(seeds.map((seed) => [seed.id, order(seed)]));
  const sheets = new Map(seeds.map((seed) => [seed.id, sheet(seed.id, seed.stage)]));
  const working = sheets.get(seeds[1].id)!;
  working.spans = [
    { id: 'x1', kind: 'travel', from: at(-110), to: at(-80), offset: 480, pause: null, corrected: null },
    { id: 'x2', kind: 'work', from: at(-42), to: null, offset: 480, pause: null, corrected: null },
  ];
  working.fault = { at: at(-60), as_reported: true, fault: 'Low flow alarm at 60 % load', with: '陈主任' };
  const signed = sheets.get(seeds[4].id)!;
  signed.sign_off = {
    at: today(8, 50),
    act: {
      digest: '7f3a91c2'.repeat(8),
      language: 'zh',
      signatory: '周老师',
      capacity: '后勤',
      saw_it_work: true,
      rating: 'very_satisfied',
      rating_reasons: [],
      remark: '',
    },
    ink: [],
  };
  const drafts = new Map<string, unknown>();
  const hearers = new Set<(event: Event) => void>();
  const emit = (event: Event) => hearers.forEach((hear) => hear(event));

  const state = {
    signedIn: true,
    locked: false,
    pin: '',
    /** When the next PIN is looked at, in ms since the epoch. */
    wait: 0,
    tries: 0,
    keys: 'file' as Session['key_store'],
    link: 'offline' as SyncStatus['link'],
    loading: false,
    empty: false,
    gone: false,
    left: 462,
    clockOff: 0,
    zone: null as OtherZone | null,
    problem: null as Problem | null,
    linkProblem: null as Problem | null,
    settings: { language: 'en', theme: 'light', text_size: 100, photo_edge: 2048 } as Settings,
  };
  const offeredAt = Date.now();

  const session = (): Session => ({
    technician: state.signedIn && !state.locked ? technician : null,
    company: '云峰服务 Yunfeng Service',
    office: 'office.yunfeng.example:8443',
    known: ['wanglei', 'liqiang'],
    settings: state.settings,
    version: '0.1.0',
    locked: state.locked,
    pin: state.pin !== '',
    lease_until: at(14 * 24 * 60),
    key_store: state.keys,
    unlock_wait: Math.max(0, Math.ceil((state.wait - Date.now()) / 1000)),
    fresh: false,
  });
  function pinFits(pin: string): void {
    if (state.wait > Date.now())
      throw { code: 'unlock_wait', message: 'Wait.', params: { seconds: String(session().unlock_wait) } };
    if (pin === state.pin) {
      state.tries = 0;
      return;
    }
    state.tries += 1;
    if (state.tries >= 3) state.wait = Date.now() + 5000 * 2 ** (state.tries - 3);
    throw {
      code: 'wrong_pin',
      message: 'Wrong.',
      params: { left: String(10 - state.tries) },
    } satisfies Problem;
  }
  const sync = (): SyncStatus => ({
    link: state.link,
    waiting_changes: 14,
    waiting_photos: 4,
    waiting_jobs: 2,
    waiting_bytes: 6_800_000,
    refused: 1,
    last_received: today(9, 42),
    last_sync: today(9, 42),
    next_try: at(2),
    problem:
      state.linkProblem ?? (state.link === 'trouble' ? { code: 'office_unreachable', message: 'x' } : null),
    clock_off: state.clockOff,
    zone: state.zone,
  });
  function card(id: string): JobCard {
    const of = orders.get(id)!;
    const stage = sheets.get(id)!.stage;
    const left = state.left + sheets.get(id)!.more_time * 60 - Math.round((Date.now() - offeredAt) / 1000);
    const index = seeds.findIndex((seed) => seed.id === id);
    return {
      id,
      number: of.number,
      level: of.level,
      from: of.from,
      to: of.to,
      respond_by: of.respond_by,
      customer: of.customer.name,
      site: of.site.name,
      address: of.site.address,
      symptom: of.request.symptom,
      stage,
      offer: stage === 'offered' ? { expires: at(left / 60), left, length: 600 } : null,
      distance_m: 6200,
      standing: [
        { state: 'untouched' as const },
        { state: 'local' as const, changes: 12, photos: 4 },
        { state: 'received' as const, at: today(9, 42) },
        { state: 'refused' as const, count: 1 },
        { state: 'received_part' as const, photos: 3 },
      ][index],
      gone: state.gone && index === 2 ? { to: 'Wang Lei', reason: 'nearer', at: today(9, 12) } : null,
      cancelled: false,
      changed_at: null,
    };
  }
  const todays = (): Today => ({
    jobs: state.empty || state.loading ? [] : seeds.map((seed) => card(seed.id)),
    sync: sync(),
    next_day: '2026-11-24',
    loading: state.loading,
    preparing: state.loading ? { done: 3, total: 5, what: 'parts', bytes: 1_200_000 } : null,
  });
  function minutes(of: Sheet, kind: string) {
    return of.spans
      .filter((span) => span.kind === kind)
      .reduce((sum, s) => sum + (Date.parse(s.to ?? at(0)) - Date.parse(s.from)) / minute, 0);
  }
  function job(id: string): Job {
    const mine = sheets.get(id)!;
    const charges: Job['charges'] = {
      lines: [
        {
          charge: { of: 'part', line: 'line-1' },
          what: {
            kind: 'part',
            number: 'P100042-6',
            name: { en: 'Flow sensor FS-6205', zh: '流量传感器 FS-6205' },
            quantity: 1,
          },
          cover: { by: 'customer', warranty_ended: '2026-03-01' },
          list: { minor: 32_000, currency: 'CNY' },
          amount: { minor: 32_000, currency: 'CNY' },
        },
        {
          charge: { of: 'labour' },
          what: { kind: 'labour', minutes: 70, charged: 90 },
          cover: { by: 'customer', warranty_ended: '2026-03-01' },
          list: { minor: 16_600, currency: 'CNY' },
          amount: { minor: 16_600, currency: 'CNY' },
        },
        {
          charge: { of: 'call_out' },
          what: { kind: 'call_out' },
          cover: { by: 'contract', number: 'WB-2026-014' },
          list: { minor: 8_000, currency: 'CNY' },
          amount: { minor: 0, currency: 'CNY' },
        },
      ],
      total: { minor: 48_600, currency: 'CNY' },
      tariff: '2026-1',
      incomplete: false,
    };
    return {
      card: card(id),
      order: orders.get(id)!,
      sheet: mine,
      charges,
      estimate: charges,
      consent: mine.quote ? 'agreed' : 'not_needed',
      asked: [...template.steps.filter((s) => s.safety), ...template.steps.filter((s) => !s.safety)].map(
        (step) => ({ step: step.key, asked: 'yes' }),
      ),
      waiting: { requests: mine.requests.map((one) => one.request), notes: 0, follow_ups: 0 },
      earlier_here: false,
      next_here: false,
      part_cover: {
        van: { by: 'customer', warranty_ended: '2026-03-01' },
        office: { by: 'customer', warranty_ended: '2026-03-01' },
        bought: { by: 'customer', warranty_ended: '2026-03-01' },
        customer: { by: 'customers_own' },
      },
      service_day: '2026-11-22',
      times: {
        travel: Math.floor(minutes(mine, 'travel')),
        work: Math.floor(minutes(mine, 'work')),
        pause: Math.floor(minutes(mine, 'pause')),
      },
      missing: {
        steps: template.steps.filter((s) => s.required && !(s.key in mine.answers)).map((s) => s.key),
        too_new: [],
        before_photo: !mine.photos.some((p) => p.subject === 'before'),
        after_photo: !mine.photos.some((p) => p.subject === 'after'),
        diagnosis: !mine.diagnosis,
        function_test: !mine.function_test,
      },
      refused:
        card(id).standing.state === 'refused'
          ? [{ id: 'r1', what: 'step_answered', reason: 'wrong_answer' }]
          : [],
      changed: null,
      bring_on_van: {},
      other_serials: [],
      tell_after: Math.floor(orders.get(id)!.estimate / 2),
      calls: [],
      rules: {
        job: null,
        progress_percent: 50,
        calls: [],
        accepted: ['signed', 'refused_with_photo', 'paper', 'goes_on'],
        scale: [
          { rating: 'very_satisfied', name: { en: 'Very satisfied', zh: '很满意' }, points: 5 },
          { rating: 'satisfied', name: { en: 'Satisfied', zh: '满意' }, points: 3 },
          { rating: 'average', name: { en: 'Average', zh: '一般' }, points: 2 },
          { rating: 'not_satisfied', name: { en: 'Not satisfied', zh: '不满意' }, points: 0 },
        ],
      },
      now: at(0),
    };
  }
  function begin(
    of: Sheet,
    kind: 'travel' | 'work' | 'pause' | null,
    pause: Sheet['spans'][number]['pause'] = null,
  ) {
    for (const span of of.spans) span.to ??= at(0);
    if (kind)
      of.spans.push({
        id: crypto.randomUUID(),
        kind,
        from: at(0),
        to: null,
        offset: 480,
        pause,
        corrected: null,
      });
  }
  function record(id: string, what: KnownWhat): Job {
    if (state.problem) throw state.problem;
    const of = sheets.get(id) ?? sheets.get(seeds[1].id)!;
    of.changes += 1;
    switch (what.what) {
      case 'offer_accepted':
        of.stage = 'accepted';
        of.accepted_at = at(0);
        break;
      case 'offer_declined':
        of.stage = 'declined';
        of.declined = { at: at(0), reason: what.reason, note: what.note };
        break;
      case 'more_time_asked':
        of.more_time = what.minutes;
        break;
      case 'delay_reported':
        of.delay = { at: at(0), reason: what.reason, new_eta: what.new_eta, note: what.note };
        break;
      case 'customer_contacted':
        of.contacts.push({ at: at(0), outcome: what.outcome, agreed: what.agreed, note: what.note });
        break;
      case 'kit_checked':
        of.kit = { at: at(0), tools: what.tools, parts: what.parts, note: what.note };
        break;
      case 'departed':
        begin(of, 'travel');
        of.stage = 'departed';
        break;
      case 'went_dark':
        of.dark_until = what.back_by;
        break;
      case 'arrived':
        begin(of, null);
        of.arrival = { at: at(0), position: what.position, distance_m: 40, on_site: true, note: what.note };
        of.stage = 'on_site';
        break;
      case 'fault_confirmed':
        of.fault = { at: at(0), as_reported: what.as_reported, fault: what.fault, with: what.with };
        break;
      case 'work_started':
      case 'work_resumed':
        begin(of, 'work');
        of.stage = 'working';
        break;
      case 'work_paused':
        begin(of, 'pause', what.reason);
        of.stage = 'paused';
        break;
      case 'work_finished':
        begin(of, null);
        of.stage = 'work_done';
        break;
      case 'step_answered':
        of.answers[what.step] = {
          at: at(0),
          answer: what.answer,
          verdict: what.verdict ?? 'noted',
          note: what.note,
        };
        break;
      case 'part_fitted':
        of.parts = of.parts.filter((line) => line.line !== what.line);
        of.parts.push({ at: at(0), ...what });
        break;
      case 'part_line_removed':
        of.parts = of.parts.filter((line) => line.line !== what.line);
        break;
      case 'part_requested':
        of.requests = of.requests.filter((one) => one.request !== what.request);
        of.requests.push({ at: at(0), ...what });
        break;
      case 'part_request_withdrawn':
        of.requests = of.requests.filter((one) => one.request !== what.request);
        break;
      case 'photo_removed':
        of.photos = of.photos.filter((photo) => photo.digest !== what.digest);
        break;
      case 'time_corrected':
        of.spans = of.spans.map((span) =>
          span.id === what.span ? { ...span, from: what.from, to: what.to, corrected: what.reason } : span,
        );
        break;
      case 'diagnosed':
        of.diagnosis = { at: at(0), fault_code: what.fault_code, cause: what.cause, remedy: what.remedy };
        break;
      case 'function_tested':
        of.function_test = { at: at(0), passed: what.passed, note: what.note };
        break;
      case 'quote_agreed':
        of.quote = { at: at(0), total: what.total, agreed_by: what.agreed_by };
        break;
      case 'note_written':
        of.notes.push({ at: at(0), text: what.text });
        break;
      case 'follow_up_suggested':
        of.follow_ups.push({ at: at(0), kind: what.kind, text: what.text });
        break;
      case 'signed_off':
        begin(of, null);
        of.sign_off = { at: at(0), act: what.act, ink: what.ink };
        of.stage = 'signed_off';
        break;
      case 'sign_off_refused':
        begin(of, null);
        of.sign_off_refused = { at: at(0), reason: what.reason, note: what.note };
        of.stage = 'sign_off_refused';
        break;
      case 'could_not_finish':
        begin(of, null);
        of.unfinished = {
          at: at(0),
          reason: what.reason,
          parts: what.parts,
          next: what.next,
          note: what.note,
        };
        of.stage = 'could_not_finish';
        break;
      case 'amended':
        of.revision += 1;
        of.sign_off = null;
        of.stage = 'work_done';
        break;
    }
    sheets.set(of.work_order, { ...of });
    emit({ topic: 'job', work_order: of.work_order });
    return job(of.work_order);
  }
  const outbox = (): Outbox => ({
    groups: state.empty
      ? []
      : [
          {
            work_order: seeds[3].id,
            number: seeds[3].number,
            customer: seeds[3].customer,
            standing: { state: 'refused', count: 1 },
            answers: 1,
            parts: 0,
            other: 0,
            signature: false,
            photos: [],
            refused: [{ id: 'r1', what: 'step_answered', reason: 'wrong_answer' }],
          },
          {
            work_order: seeds[4].id,
            number: seeds[4].number,
            customer: '青羊小学 Qingyang School',
            standing: { state: 'sending', done: 2, total: 5 },
            answers: 0,
            parts: 0,
            other: 2,
            signature: false,
            photos: [
              { digest: 'aa'.repeat(32), bytes: 2_100_000, sent: 1_300_000 },
              { digest: 'ab'.repeat(32), bytes: 1_700_000, sent: 0 },
            ],
            refused: [],
          },
          {
            work_order: seeds[1].id,
            number: seeds[1].number,
            customer: seeds[1].customer,
            standing: { state: 'local', changes: 14, photos: 4 },
            answers: 12,
            parts: 2,
            other: 1,
            signature: true,
            photos: [1, 2, 3, 4].map((i) => ({ digest: `b${i}`.repeat(32), bytes: 1_700_000, sent: 0 })),
            refused: [],
          },
        ],
    received_today: [
      { work_order: seeds[2].id, number: 'JS-2611-0410', customer: '李女士', at: today(9, 42) },
      { work_order: seeds[2].id, number: 'JS-2611-0409', customer: '武侯区图书馆', at: today(8, 15) },
    ],
    sync: state.empty
      ? {
          ...sync(),
          link: 'online',
          waiting_jobs: 0,
          waiting_changes: 0,
          waiting_photos: 0,
          waiting_bytes: 0,
          refused: 0,
          next_try: null,
        }
      : sync(),
    free: 3_100_000_000,
    ledger: { recorded: 37, held: 30, kept: 30, code: '7F3A-91C2', at: new Date().toISOString() },
    photos_fit: 1500,
  });
  const review = (id: string): Review => ({
    document: {
      form: 'jobsheet/service-sheet/1',
      language: state.settings.language,
      number: orders.get(id)?.number ?? '',
      revision: '1',
      customer: orders.get(id)?.customer.name ?? '',
      contact: '陈主任 028-8555 0128',
      site: 'Boiler room',
      address: orders.get(id)?.site.address ?? '',
      equipment: 'Chiller 2, CH-200',
      serial: 'SN8842',
      technician: technician.name,
      reported: 'Low flow alarm',
      found: 'Low flow alarm at 60 % load',
      cause: 'Flow sensor drifted',
      remedy: 'Replaced the sensor, cleaned the strainer',
      function_test: 'Passed, 20 minutes, 7.1 °C out',
      steps: [{ title: 'Power isolated, locked and tagged', value: 'Pass', note: '' }],
      parts: [{ title: 'Flow sensor FS-6205', value: '×1', note: 'Old part returned' }],
      notes: ['Strainer should be cleaned each spring.'],
      arrived: '2026-11-22 10:20',
      finished: '2026-11-22 11:30',
      travel: '30 min',
      work: '1 h 10',
      photos: [],
      charges: [
        { title: 'Flow sensor FS-6205 ×1', value: '¥320.00', note: 'Pay: warranty ended 2026-03-01' },
        { title: 'Labour 1 h 10', value: '¥166.00', note: '10:20 to 11:30' },
        { title: 'Strainer clean', value: '¥0.00', note: 'Free: service contract' },
      ],
      total: '¥486.00',
      currency: 'CNY',
      tariff: '2026-1',
      template: 'chiller/3',
      consent: 'I confirm the work above.',
    },
    digest: '7f3a91c2'.repeat(8),
    code: '7F3A-91C2',
    total: { minor: 48_600, currency: 'CNY' },
    missing: {
      steps: [],
      too_new: [],
      before_photo: false,
      after_photo: false,
      diagnosis: false,
      function_test: false,
    },
  });
  const names = ['Bearing', 'Seal', 'Relay', 'Fuse', 'Filter', 'Pump', 'Valve', 'Sensor'];
  const namesZh = ['轴承', '密封圈', '继电器', '保险丝', '过滤器', '水泵', '阀门', '传感器'];
  const parts = Array.from({ length: 10_000 }, (_, i) => ({
    part: {
      number: `P${100_000 + i * 7}-${i % 9}`,
      name: { en: `${names[i % 8]} ${6200 + i}`, zh: `${namesZh[i % 8]} ${6200 + i}` },
      initials: 'zc',
      unit: { en: 'each', zh: '个' },
      price: i % 11 === 0 ? null : { minor: 1000 + i * 10, currency: 'CNY' },
      serialised: i % 5 === 0,
    },
    on_van: i % 3 === 0 ? 0 : (i * 4) % 9,
  }));

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  function invoke(command: string, args: any): unknown {
    switch (command) {
      case 'opening':
        return {
          session: session(),
          customer: session().technician ? (drafts.get('customer') ?? null) : null,
          today: session().technician ? todays() : null,
        };
      case 'session':
        return session();
      case 'sign_in':
        if (args.password !== 'secret') throw { code: 'wrong_password', message: 'Wrong.' } satisfies Problem;
        state.signedIn = true;
        state.locked = false;
        return session();
      case 'enrol':
        if (!/^k7qf/i.test(args.code)) throw { code: 'wrong_code', message: 'Wrong.' } satisfies Problem;
        state.signedIn = true;
        state.locked = false;
        return session();
      case 'unlock':
        pinFits(args.pin);
        state.signedIn = true;
        state.locked = false;
        return session();
      case 'lock':
        state.locked = true;
        return session();
      case 'set_pin':
        if (state.pin) pinFits(args.old);
        state.pin = args.pin;
        return session();
      case 'check_pin':
        pinFits(args.pin);
        return session();
      case 'sign_out':
        state.signedIn = false;
        return { waiting: 2 };
      case 'save_settings':
        state.settings = args.settings;
        return session();
      case 'today':
        return todays();
      case 'job':
        if (!orders.has(args.workOrder))
          throw { code: 'no_such_job', message: 'No such job.' } satisfies Problem;
        return job(args.workOrder);
      case 'record':
        return record(args.workOrder, args.what);
      case 'dismiss_gone':
        state.gone = false;
        return todays();
      case 'add_photo': {
        const of = sheets.get(args.workOrder)!;
        const digest = crypto.randomUUID().replaceAll('-', '').repeat(2);
        of.photos.push({ at: at(0), digest, subject: args.subject, step: args.step, bytes: 1_700_000 });
        of.changes += 1;
        return job(args.workOrder);
      }
      case 'search_parts': {
        const query = String(args.query).toLowerCase();
        const found = parts.filter(
          (p) =>
            (!args.onVan || p.on_van > 0) &&
            (p.part.name.en.toLowerCase().includes(query) ||
              p.part.name.zh.includes(query) ||
              p.part.number.toLowerCase().includes(query)),
        );
        return {
          total: found.length,
          items: found.slice(args.offset, args.offset + args.limit),
          as_of: today(9, 42),
        };
      }
      case 'search_faults':
        return {
          items: [
            {
              code: 'E-104',
              name: { en: 'Low flow', zh: '流量低' },
              cause: { en: 'Flow sensor drifted', zh: '流量传感器漂移' },
              remedy: { en: 'Replace the sensor', zh: '更换传感器' },
            },
          ],
        };
      case 'review':
        return review(args.workOrder);
      case 'make_paper':
        return { name: 'JS-2611-0417-copy.html', path: '/papers/JS-2611-0417-copy.html', bytes: 21_000 };
      case 'copy_code':
        return { link: 'http://127.0.0.1:8080/check', qr: picture };
      case 'outbox':
        return outbox();
      case 'changes_seen':
        return job(args.workOrder);
      case 'asset': {
        const { equipment, history } = orders.get(args.workOrder)!;
        return { equipment, visits: history.map((visit) => ({ ...visit, sheet: null })) } satisfies Asset;
      }
      case 'hours': {
        const worked = { travel: 95, work: 240, pause: 30 };
        return { today: worked, week: worked, days: [] } satisfies Hours;
      }
      case 'draft':
        return drafts.get(args.key) ?? null;
      case 'save_draft':
        drafts.set(args.key, args.value);
        return null;
      default:
        return null;
    }
  }
  return { state, invoke, emit, hearers, offer: () => emit({ topic: 'offered', work_order: seeds[0].id }) };
}

const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="#789"/><circle cx="2" cy="1.5" r="1" fill="#fc6"/></svg>';

/** Answers `/invoke/*` and `/events` inside Vite's dev server. */
export function fakeCore(): Plugin {
  let fake = makeFake();
  return {
    name: 'fake-core',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = request.url ?? '';
        if (url === '/events') {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(': hello\n\n');
          const hear = (event: Event) => response.write(`data: ${JSON.stringify(event)}\n\n`);
          fake.hearers.add(hear);
          request.on('close', () => fake.hearers.delete(hear));
          return;
        }
        if (!url.startsWith('/invoke/') && url !== '/fake') return next();
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const answer = (status: number, body: unknown) => {
            response.writeHead(status, { 'content-type': 'application/json' });
            response.end(JSON.stringify(body ?? null));
          };
          const header = request.headers['jobsheet-args'];
          const body = header ? decodeURIComponent(String(header)) : Buffer.concat(chunks).toString() || '{}';
          try {
            const args = JSON.parse(body) as Record<string, unknown>;
            if (url === '/fake') {
              if (args.reset) fake = makeFake();
              Object.assign(fake.state, args);
              if (args.offer) fake.offer();
              fake.emit({ topic: 'sync' });
              return answer(200, null);
            }
            const command = url.slice('/invoke/'.length);
            if (command === 'photo') {
              response.writeHead(200, { 'content-type': 'image/svg+xml' });
              return response.end(picture);
            }
            answer(200, fake.invoke(command, args));
          } catch (problem) {
            answer(
              400,
              problem instanceof Error ? { code: 'unexpected', message: problem.message } : problem,
            );
          }
        });
      });
    },
  };
}
