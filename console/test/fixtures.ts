// A day at a small company, typed by the model: what the fake office answers.
import type {
  Attention,
  Choice,
  ConsoleAttention,
  ConsoleJob,
  ConsoleLane,
  ConsolePhone,
  ConsolePhoto,
  ConsoleRow,
  ConsoleSession,
  EnrolmentCode,
  Document,
  Entry,
  JournalEntry,
  Language,
  Level,
  Sheet,
  RescueTaken,
  SignOffAct,
  Status,
  Template,
  WorkOrder,
} from '@jobsheet/model';

const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString();
const text = (en: string, zh: string) => ({ en, zh });
const money = (minor: number) => ({ minor, currency: 'CNY' });
export const digest = (n: number) =>
  Array.from({ length: 64 }, (_, i) => ((i * 7 + n * 13 + ((i * n) % 11)) % 16).toString(16)).join('');

const base = { lat_e6: 30_650_000, lon_e6: 104_080_000, accuracy_m: 0 };
export const session: ConsoleSession = {
  name: 'Zhou Min',
  company: '锦城设备服务 Jincheng Service',
  technicians: [
    { id: 't1', login: 'wang', name: '王磊', phone: '13800000001', base },
    { id: 't2', login: 'chen', name: '陈晨', phone: '13800000002', base },
    { id: 't3', login: 'ana', name: 'Ana Li', phone: '13800000003', base },
    { id: 't4', login: 'zhao', name: '赵敏', phone: '13800000004', base },
  ],
};

/** A phone in each state. */
export const makePhones = (): ConsolePhone[] =>
  [
    ['t1', 'android aarch64', -3, null, null, null],
    ['t2', 'android aarch64', -60 * 26, -60, null, null],
    ['t3', 'ios aarch64', -15, -30, 'leaver', null],
    ['t4', 'android aarch64', -60 * 50, -20, 'thief', null],
    ['t1', 'linux x86_64', -60 * 24 * 40, -60 * 24 * 41, 'leaver', -60 * 24 * 40],
  ].map(([technician, name, seen, revoked, wipe, wiped], i) => ({
    id: `phone-${i}`,
    technician: technician as string,
    technician_name: session.technicians.find((one) => one.id === technician)!.name,
    name: name as string,
    enrolled_at: minutes(-60 * 24 * 90),
    last_seen: minutes(seen as number),
    revoked_at: revoked === null ? null : minutes(revoked as number),
    wipe: wipe as ConsolePhone['wipe'],
    wiped_at: wiped === null ? null : minutes(wiped as number),
  }));

/** Not a code that a camera reads. */
export const makeCode = (): EnrolmentCode => ({
  code: 'K7QF-92MD-XP4T-8WVA',
  link: 'jobsheet:enrol?office=http%3A%2F%2Flocalhost%3A5184&code=K7QF92MDXP4T8WVA',
  qr: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h3v3H0zM5 0h3v3H5zM0 5h3v3H0zM4 4h1v2H4zM6 5h1v3H6z"/></svg>',
  expires_at: minutes(15),
});

const levels: Level[] = [
  { key: 'urgent', rank: 1, name: text('Level 1 urgent', '一级'), colour: 'red', respond: 120, accept: 10 },
  { key: 'high', rank: 2, name: text('Level 2', '二级'), colour: 'yellow', respond: 240, accept: 10 },
  { key: 'normal', rank: 3, name: text('Level 3', '三级'), colour: 'green', respond: 480, accept: 10 },
];

type Plan = [number, Status, string, string, string, string, number, number, number, number, number];
// number, status, customer, site, symptom, technician, level, minutes to respond_by, photos, held, attention
const plan: Plan[] = [
  [419, 'dispatching', '锦江区人民医院', '检验科 B2', '离心机无法启动，有焦味', '', 0, 22, 0, 0, 0],
  [
    420,
    'working',
    'Greenleaf Hotel',
    'Plant room, basement 1',
    'Chiller 2 low flow, alarm E14',
    '王磊',
    1,
    74,
    4,
    3,
    0,
  ],
  [421, 'sheet_returned', '青羊小学', '食堂', '热水器不出热水', '陈晨', 2, -130, 3, 3, 0],
  [422, 'refused', 'Bluepeak Logistics', 'Gate 4', 'Dock leveller does not rise', 'Ana Li', 1, -25, 0, 0, 0],
  [423, 'dispatched', '李女士', '武侯区家中', '空调漏水', '赵敏', 2, 210, 0, 0, 0],
  [
    424,
    'acceptance_passed',
    '锦江区人民医院',
    '手术室 3',
    'Compressor noise during start',
    '王磊',
    0,
    -60,
    4,
    2,
    1,
  ],
  [
    425,
    'acceptance_failed',
    'Bluepeak Logistics',
    'Warehouse 2, cold store with a rather long name to wrap',
    'Evaporator iced up again after last week',
    'Ana Li',
    1,
    -240,
    5,
    5,
    0,
  ],
  [426, 'departed', '青羊小学', '教学楼', '投影机无信号', '陈晨', 2, -8, 0, 0, 0],
  [427, 'unfinished', 'Greenleaf Hotel', 'Kitchen', 'Dishwasher leaks', '赵敏', 1, -300, 2, 2, 0],
  [428, 'accepted', '李女士', '武侯区家中', '地暖不热', '王磊', 2, 400, 0, 0, 0],
  [429, 'paused', '成都东站', '候车厅', '自动扶梯异响', '陈晨', 0, -90, 6, 0, 0],
  [430, 'cancelled', '青羊小学', '门卫室', '对讲机无声', '', 2, -600, 0, 0, 0],
];

export function makeRows(): ConsoleRow[] {
  return plan.map(
    ([n, status, customer, site, symptom, technician, level, due, photos, held, attention]) => ({
      id: `wo-${n}`,
      number: `JS-2611-0${n}`,
      level: levels[level],
      customer,
      site,
      symptom,
      technician,
      respond_by: minutes(due),
      status,
      photos,
      photos_held: held,
      attention,
      last_word: technician === '' ? null : minutes(-((n * 7) % 45)),
    }),
  );
}

/** Something of each sort. */
export function makeLane(): ConsoleLane {
  const waiting: [number, Attention, string, string, number, number, Choice[]][] = [
    [420, 'still_dark', '王磊', 'Jobsheet', 4, 0, ['reached', 'help_sent']],
    [422, 'breached', '', 'Jobsheet', 25, 1, ['customer_told', 'met', 'noted']],
    [425, 'acceptance_failed', 'price', 'Ana Li', 60, 1, ['settled', 'customer_told']],
    [419, 'unassigned', '', 'Jobsheet', 12, 1, ['given_on', 'reached', 'noted']],
    [424, 'differs', 'arrived: 1.4 km from the site', '王磊', 10, 2, ['stands', 'put_right']],
    [
      426,
      'late',
      'departed, note_written, photo_taken, part_fitted, step_answered',
      '陈晨',
      33,
      2,
      ['stands', 'put_right'],
    ],
    [429, 'breached', 'first_response', 'Jobsheet', 90, 1, ['customer_told', 'met', 'noted']],
    [427, 'clock', '+12 min', '赵敏', 200, 3, ['phone_set', 'noted']],
    [421, 'not_satisfied', 'not_solved, late', '陈晨', 1500, 1, ['settled', 'customer_told']],
    [428, 'beyond_stock', 'FS-6205: 5 / 3', '王磊', 310, 2, ['checked', 'put_right']],
  ];
  const rows = makeRows();
  const entries = waiting.map(
    ([number, attention, about, by, ago, urgency, choices], i): ConsoleAttention => {
      const row = rows.find((one) => one.id === `wo-${number}`)!;
      const { level, customer, site, technician } = row;
      const order = { work_order: row.id, number: row.number, level, customer, site, technician };
      return {
        n: 900 - i,
        attention,
        about,
        by,
        at: minutes(-ago),
        urgency,
        choices,
        handling: null,
        ...order,
      };
    },
  );
  const kinds = [...new Set(entries.map((one) => one.attention))].map((kind) => ({
    kind,
    count: entries.filter((one) => one.attention === kind).length,
  }));
  return { total: entries.length, kinds, entries, late: [], next: null, second_handling_hours: 24 };
}

const template: Template = {
  id: 'compressor',
  version: 3,
  name: text('Compressor', '压缩机'),
  steps: [
    {
      key: 'isolated',
      title: text('Power isolated, locked, tagged', '断电、上锁、挂牌'),
      required: true,
      safety: true,
      photo_on_fail: true,
      kind: { kind: 'check' },
    },
    {
      key: 'supply',
      title: text('Supply water temperature', '出水温度'),
      required: true,
      safety: false,
      photo_on_fail: false,
      kind: { kind: 'number', unit: '°C', min: '2', max: '12' },
    },
    {
      key: 'guards',
      title: text('Guards in place', '防护罩齐全'),
      required: true,
      safety: false,
      photo_on_fail: true,
      kind: { kind: 'check' },
    },
  ],
};

const ink: [number, number, number, number][][] = [
  Array.from({ length: 60 }, (_, i) => [
    120 + i * 6,
    Math.round(220 - 90 * Math.sin(i / 6) - i / 2),
    i * 12,
    400 + ((i * 37) % 300),
  ]),
  Array.from({ length: 50 }, (_, i) => [
    480 + i * 7,
    Math.round(210 + 70 * Math.sin(i / 4 + 1)),
    900 + i * 12,
    500,
  ]),
  Array.from({ length: 14 }, (_, i) => [430 + i * 25, 300 - i * 3, 1700 + i * 9, 300]),
  [[870, 150, 2000, 700]],
];

const signedStatuses: Status[] = ['acceptance_passed', 'sheet_returned'];

export function makeJob(row: ConsoleRow, language: Language): ConsoleJob {
  const zh = language === 'zh';
  const w = (en: string, cn: string) => (zh ? cn : en);
  const signed = signedStatuses.includes(row.status);
  const begun = row.photos > 0;
  const subjects = ['before', 'during', 'after', 'part', 'other', 'document'] as const;
  const photos = Array.from({ length: row.photos }, (_, i) => ({
    at: minutes(-90 + i * 12),
    digest: digest(i + 1),
    subject: subjects[i % 6],
    step: null,
    bytes: 1_700_000 + i * 90_000,
  }));
  const held: ConsolePhoto[] = photos.map((photo, i) => ({
    digest: photo.digest,
    bytes: photo.bytes,
    held: i < row.photos_held ? photo.bytes : i === row.photos_held ? 655_360 : 0,
    thumb: i >= row.photos_held && i % 3 < 2,
  }));
  const act: SignOffAct = {
    digest: digest(42),
    language: 'zh',
    signatory: '刘芳',
    capacity: w('head of theatre', '手术室护士长'),
    saw_it_work: true,
    rating: row.attention ? 'average' : 'very_satisfied',
    rating_reasons: row.attention ? ['late'] : [],
    remark: row.attention ? '来得有点晚' : '',
  };
  const part = { number: 'P100035-5', name: text('Bearing 6205', '轴承 6205'), price: money(32_000) };
  const sheet: Sheet = {
    work_order: row.id,
    stage: signed ? 'signed_off' : begun ? 'working' : 'accepted',
    revision: 1,
    accepted_at:
      row.technician && row.status !== 'dispatched' && row.status !== 'refused' ? minutes(-175) : null,
    declined:
      row.status === 'refused'
        ? { at: minutes(-20), reason: 'on_another_job', note: 'Free after 16:00' }
        : null,
    more_time: 0,
    delay: null,
    contacts: [],
    kit: null,
    dark_until: null,
    arrival: begun ? { at: minutes(-100), position: null, distance_m: 40, on_site: true, note: '' } : null,
    fault: null,
    answers: {},
    photos,
    parts: [],
    spans: begun
      ? [
          {
            id: 'c1',
            kind: 'travel',
            from: minutes(-130),
            to: minutes(-100),
            offset: 480,
            pause: null,
            corrected: null,
          },
          {
            id: 'c2',
            kind: 'work',
            from: minutes(-95),
            to: signed ? minutes(-20) : null,
            offset: 480,
            pause: null,
            corrected: null,
          },
        ]
      : [],
    diagnosis: null,
    quote: null,
    function_test: null,
    notes: [],
    sign_off: signed ? { at: minutes(-12), act, ink } : null,
    sign_off_refused:
      row.status === 'acceptance_failed'
        ? {
            at: minutes(-50),
            reason: 'price',
            note: 'The warehouse manager wants to speak to the office first.',
          }
        : null,
    unfinished: null,
    follow_ups: [],
    opened: null,
    superseded: [],
    unknown: [],
    changes: begun ? 14 : 0,
  };
  const order: WorkOrder = {
    id: row.id,
    number: row.number,
    version: 2,
    request: {
      id: 'r1',
      number: 'R-1',
      received_at: minutes(-240),
      channel: 'phone',
      problem_type: text('Noise', '异响'),
      symptom: row.symptom,
      occurred_at: null,
      impact: 'partial',
      safety_risk: row.level.rank === 1,
      tried: '',
      wants: 'visit',
    },
    customer: { id: 'cu', name: row.customer, contact: '刘芳', phone: '13900001234', second_phone: '' },
    site: {
      id: 's',
      name: row.site,
      address: '成都市锦江区红星路三段 1 号',
      landmark: '3 号电梯到 B2，左转',
      position: null,
      radius_m: 200,
    },
    equipment: {
      id: 'e',
      name: text('Compressor', '压缩机'),
      model: 'KX-220',
      serial: 'SN88421',
      purchased: '2023-03-01',
      warranty_until: '2026-03-01',
    },
    contract: null,
    level: row.level,
    from: minutes(-60),
    to: minutes(60),
    respond_by: row.respond_by,
    ceiling: row.respond_by,
    estimate: 60,
    template,
    tools: [],
    bring: [],
    tariff: {
      version: '2026-10',
      currency: 'CNY',
      labour_per_hour: 18_000,
      labour_step: 30,
      call_out: 8_000,
      out_of_hours_percent: 50,
      opens: 480,
      closes: 1080,
    },
    introduction: text('', ''),
    consent: text('', ''),
    assignment: {
      technician: 't1',
      technician_name: row.technician,
      state: row.status === 'refused' ? 'declined' : 'assigned',
      offered_at: minutes(-180),
    },
    history: [],
    cancelled: null,
    // Another visit was made after the first one.
    follows: row.id === 'wo-427' ? { work_order: 'wo-425', number: 'JS-2611-0425' } : undefined,
  };
  const document: Document = {
    form: 'jobsheet/service-sheet/1',
    language,
    number: row.number,
    revision: '1',
    customer: row.customer,
    contact: '刘芳',
    site: row.site,
    address: '成都市锦江区红星路三段 1 号',
    equipment: w('Compressor KX-220', '压缩机 KX-220'),
    serial: 'SN88421',
    technician: row.technician,
    reported: row.symptom,
    found: w('Grinding noise from the drive end', '驱动端有摩擦声'),
    cause: w('Drive-end bearing worn', '驱动端轴承磨损'),
    remedy: w('Bearing replaced, shaft aligned, ran 20 minutes', '更换轴承，轴对中，试运行 20 分钟'),
    function_test: w('Passed', '合格'),
    steps: [
      { title: w('Power isolated, locked, tagged', '断电、上锁、挂牌'), value: w('pass', '合格'), note: '' },
      {
        title: w('Supply water temperature', '出水温度'),
        value: w('7.1 °C, pass', '7.1 °C, 合格'),
        note: '',
      },
      {
        title: w('Guards in place', '防护罩齐全'),
        value: w('fail', '不合格'),
        note: w('One bolt missing, tied for now', '缺一颗螺栓，已临时固定'),
      },
    ],
    parts: [
      {
        title: w('Bearing 6205 P100035-5', '轴承 6205 P100035-5'),
        value: '×1',
        note: w('New serial SN9917; Old serial SN8842', '新序列号 SN9917; 旧序列号 SN8842'),
      },
    ],
    notes: [w('Please order the missing bolt.', '请补订缺失的螺栓。')],
    arrived: '2026-11-22 10:20',
    finished: '2026-11-22 11:35',
    travel: w('30 min', '30 分钟'),
    work: w('75 min', '75 分钟'),
    photos: photos.map((p) => p.digest),
    charges: [
      {
        title: w('Call-out', '上门费'),
        value: '80.00',
        note: w('Pay: warranty ended 2026-03-01', '收费：保修已于 2026-03-01 到期'),
      },
      {
        title: w('Labour 75 min, charged as 90 min', '工时 75 分钟，按 90 分钟计'),
        value: '270.00',
        note: w('Pay: warranty ended 2026-03-01', '收费：保修已于 2026-03-01 到期'),
      },
      {
        title: w('Bearing 6205 ×1', '轴承 6205 ×1'),
        value: w('The office will price this', '由公司核价'),
        note: w('Pay: warranty ended 2026-03-01', '收费：保修已于 2026-03-01 到期'),
      },
    ],
    total: '350.00',
    currency: 'CNY',
    tariff: '2026-10',
    template: 'compressor/3',
    consent: w(
      'I confirm the work described above and agree to the charges.',
      '本人确认上述服务内容并同意收费。',
    ),
  };
  const journal: JournalEntry[] = [];
  const add = (ago: number, actor: string, entry: Entry, later = 0) =>
    journal.push({
      n: journal.length + 1,
      at: minutes(-ago),
      received_at: minutes(-ago + later),
      actor,
      entry,
    });
  add(1700, 'Zhou Min', { act: { act: 'registered' } });
  add(1690, 'Zhou Min', { act: { act: 'graded', level: 'urgent', reason: 'Theatre stands still' } });
  if (row.technician) {
    const tech = row.technician;
    add(180, 'Zhou Min', { act: { act: 'offered', technician: 't1' } });
    add(179, tech, { act: { act: 'delivered', technician: 't1' } });
    if (row.status === 'refused')
      add(20, tech, {
        change: { what: 'offer_declined', reason: 'on_another_job', note: 'Free after 16:00' },
      });
    else if (row.status !== 'dispatched') add(175, tech, { change: { what: 'offer_accepted' } }, 31);
    if (begun) {
      add(130, tech, { change: { what: 'departed' } });
      add(100, tech, {
        change: { what: 'arrived', position: null, distance_m: 40, on_site: true, note: '' },
      });
      add(98, tech, { change: { what: 'fault_confirmed', as_reported: true, fault: '', with: '刘芳' } });
      add(95, tech, { change: { what: 'work_started' } }, 40);
      add(
        90,
        tech,
        {
          change: { what: 'photo_taken', digest: digest(1), subject: 'before', step: null, bytes: 1_700_000 },
        },
        40,
      );
      add(
        84,
        tech,
        {
          change: {
            what: 'step_answered',
            step: 'isolated',
            answer: { kind: 'check', result: 'pass' },
            verdict: 'pass',
            note: '',
          },
        },
        40,
      );
      add(
        80,
        tech,
        {
          change: {
            what: 'step_answered',
            step: 'supply',
            answer: { kind: 'number', value: '7.1' },
            verdict: 'pass',
            note: '',
          },
        },
        40,
      );
      add(
        70,
        tech,
        {
          change: {
            what: 'part_fitted',
            line: 'l1',
            part,
            quantity: 1,
            serial_in: 'SN9917',
            serial_out: 'SN8842',
            from: 'van',
            old_part: 'returned',
          },
        },
        40,
      );
      add(60, tech, { change: { what: 'meter_read' } });
    }
    if (signed) {
      add(12, tech, { change: { what: 'signed_off', act, ink } });
      if (row.attention)
        add(10, 'Jobsheet', {
          act: { act: 'raised', attention: 'differs', about: 'arrived: 1.4 km from the site' },
        });
      else add(5, 'Jobsheet', { act: { act: 'returned' } });
    }
  }
  if (row.id === 'wo-425') {
    const visit = { work_order: 'wo-427', number: 'JS-2611-0427' };
    const raised = { act: 'raised', attention: 'acceptance_failed', about: 'price' } as const;
    add(9, row.technician, { act: raised });
    const decided = { act: 'decided', n: journal.length, choice: 'another_visit' } as const;
    add(4, 'Zhou Min', { act: { ...decided, reason: 'Iced up again: another evaporator' } });
    add(4, 'Zhou Min', { act: { act: 'followed_by', visit } });
  }
  return {
    row,
    order,
    sheet,
    charges: { lines: [], total: money(35_000), tariff: '2026-10', incomplete: true },
    document,
    digest: digest(42),
    signed_as_shown: signed ? row.attention === 0 : null,
    photos: held,
    journal,
    attention: row.attention
      ? [
          {
            n: journal.length,
            attention: 'differs',
            about: 'arrived: 1.4 km from the site',
            at: minutes(-10),
            choices: ['stands', 'put_right'],
            handling: null,
            decided: null,
          },
        ]
      : [],
    closing: { closed_at: null, is_over: signed, lacks: [], is_kept_open: false, second_handling_hours: 24 },
  };
}

export const makeRescue = (): RescueTaken => ({
  technician_name: '王磊',
  made_at: minutes(-40),
  revoked: true,
  accepted: 23,
  duplicates: 4,
  refused: 1,
  photos: 6,
  photos_held: 2,
  photos_refused: 0,
});
