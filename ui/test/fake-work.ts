// The pretend core, sharpened where the screens of part B look closer: answers are judged, photos are pictures, the
// review is made of the sheet, and its digest changes with it. `vite --config test/work/vite.config.ts`.
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import type { Job, KnownAnswer, KnownStepKind, Review, Verdict } from '@jobsheet/model';
import { makeFake, template } from './fake';

export function judge(kind: KnownStepKind, answer: KnownAnswer): Verdict {
  if (answer.kind === 'skipped') return 'not_applicable';
  const pass = (ok: boolean): Verdict => (ok ? 'pass' : 'fail');
  switch (kind.kind) {
    case 'check':
      return answer.kind === 'check' ? answer.result : 'noted';
    case 'number': {
      const n = Number(answer.kind === 'number' ? answer.value : NaN);
      return pass(
        (kind.min === null || n >= Number(kind.min)) && (kind.max === null || n <= Number(kind.max)),
      );
    }
    case 'choice':
      return pass(answer.kind === 'choice' && !kind.options.find((o) => o.value === answer.value)?.fails);
    case 'serial':
      if (kind.expected === null || answer.kind !== 'serial') return 'noted';
      return pass(answer.code.replace(/\s/g, '').toUpperCase() === kind.expected);
    case 'photo':
      return pass(answer.kind === 'photo' && answer.photos.length >= kind.at_least);
    case 'pairs':
      return pass(
        answer.kind === 'pairs' &&
          answer.pairs.every(
            (p) =>
              p.after !== null &&
              (kind.target === null ||
                Math.abs(Number(p.after) - Number(kind.target)) <= Number(kind.tolerance ?? 0) + 1e-9),
          ),
      );
    case 'script':
      return pass(answer.kind === 'script' && answer.said);
    case 'text':
      return 'noted';
  }
}

/* A 1 x 1 JPEG would do; a small BMP is a picture every engine sniffs and needs no encoder. */
function picture(digest: string): Buffer {
  const [w, h] = [64, 48];
  const row = w * 3;
  const out = Buffer.alloc(54 + row * h);
  out.write('BM');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(54, 10);
  out.writeUInt32LE(40, 14);
  out.writeInt32LE(w, 18);
  out.writeInt32LE(h, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(24, 28);
  const hue = Number.parseInt(digest.slice(0, 2), 16) || 90;
  for (let y = 0; y < h; y += 1)
    for (let x = 0; x < w; x += 1) {
      const near = Math.hypot(x - 40, y - 22) < 12;
      out[54 + y * row + x * 3] = near ? 230 : (hue + y * 2) % 200;
      out[55 + y * row + x * 3] = near ? 220 : 90 + y;
      out[56 + y * row + x * 3] = near ? 120 : 60 + x;
    }
  return out;
}

export function fakeWork(): Plugin {
  let fake = makeFake();
  let hidden = 0;
  template.steps.push({
    key: 'hologram',
    title: { en: 'Scan the room', zh: '扫描机房' },
    required: false,
    safety: false,
    photo_on_fail: false,
    kind: { kind: 'hologram' },
  });
  const digestOf = (job: Job) =>
    createHash('sha256')
      .update(JSON.stringify([job.sheet.answers, job.sheet.parts, job.sheet.diagnosis, hidden]))
      .digest('hex');
  const problem = (code: string) => ({ code, message: code });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  function invoke(command: string, args: any): unknown {
    if (command === 'record') {
      const what = args.what;
      if (what.what === 'sheet_opened')
        return fake.invoke('job', { workOrder: '0192f000-0000-7000-8000-000000000420' });
      if (what.what === 'step_answered') {
        const step = template.steps.find((s) => s.key === what.step);
        what.verdict = judge(step!.kind as KnownStepKind, what.answer);
      }
      if (what.what === 'signed_off') {
        const job = fake.invoke('job', args) as Job;
        if (digestOf(job) !== what.act.digest) throw problem('refusal_digest_differs');
      }
    }
    if (command === 'review') {
      const review = fake.invoke('review', args) as Review;
      const job = fake.invoke('job', args) as Job;
      if (job.sheet.spans.some((s) => s.to === null))
        fake.invoke('record', { ...args, what: { what: 'work_finished' } });
      const zh = args.language === 'zh';
      const digest = digestOf(job);
      return {
        ...review,
        digest,
        code: `${digest.slice(0, 4)}-${digest.slice(4, 8)}`.toUpperCase(),
        document: {
          ...review.document,
          language: args.language,
          remedy: zh
            ? '更换 2 号冷水机流量传感器，清洗过滤器，试运行 20 分钟，出水 7.1 °C。'
            : 'Replaced the flow sensor of chiller 2, cleaned the strainer, ran it for 20 minutes, 7.1 °C out.',
          charges: zh
            ? [
                { title: '流量传感器 FS-6205 ×1', value: '320.00', note: '收费：保修已于 2026-03-01 到期' },
                {
                  title: '工时 70 分钟，按 90 分钟计',
                  value: '166.00',
                  note: '收费：保修已于 2026-03-01 到期',
                },
                { title: '上门费', value: '0.00', note: '免费：维保合同 WB-2026-014' },
              ]
            : [
                { title: 'Flow sensor FS-6205 ×1', value: '320.00', note: 'Pay: warranty ended 2026-03-01' },
                {
                  title: 'Labour 70 min, charged as 90 min',
                  value: '166.00',
                  note: 'Pay: warranty ended 2026-03-01',
                },
                { title: 'Call-out', value: '0.00', note: 'Free: service contract WB-2026-014' },
              ],
          total: '486.00',
          consent: zh ? '本人确认以上服务内容和费用。' : 'I confirm the work and the charges above.',
          photos: job.sheet.photos.map((p) => p.digest),
        },
      } satisfies Review;
    }
    return fake.invoke(command, args);
  }

  return {
    name: 'fake-work',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = request.url ?? '';
        if (url === '/events') {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(': hello\n\n');
          const hear = (event: unknown) => response.write(`data: ${JSON.stringify(event)}\n\n`);
          fake.hearers.add(hear);
          request.on('close', () => fake.hearers.delete(hear));
          return;
        }
        if (!url.startsWith('/invoke/') && url !== '/fake') return next();
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const header = request.headers['jobsheet-args'];
          const bytes = Buffer.concat(chunks);
          const args = JSON.parse(header ? decodeURIComponent(String(header)) : bytes.toString() || '{}');
          const answer = (status: number, body: unknown) => {
            response.writeHead(status, { 'content-type': 'application/json' });
            response.end(JSON.stringify(body ?? null));
          };
          try {
            if (url === '/fake') {
              if (args.reset) fake = makeFake();
              // The sheet changes behind the screen's back.
              if (args.change) hidden += 1;
              Object.assign(fake.state, args);
              fake.emit({ topic: 'sync' });
              return answer(200, null);
            }
            const command = url.slice('/invoke/'.length);
            if (command === 'photo') {
              response.writeHead(200, { 'content-type': 'image/bmp' });
              return response.end(picture(args.digest));
            }
            if (command === 'add_photo' && bytes.length > 0 && bytes.subarray(0, 4).toString() === 'text')
              throw problem('photo_not_an_image');
            answer(200, invoke(command, args));
          } catch (error) {
            answer(400, error instanceof Error ? { code: 'unexpected', message: error.message } : error);
          }
        });
      });
    },
  };
}
