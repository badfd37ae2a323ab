// A fake office inside Vite's dev server, for looking at the console without Rust. Used only by fake.config.ts in mode
// "fake" and never bundled. `/fake/…` turns its knobs: change?row=420&status=working, break (the stream), mend, empty.
import { deflateSync, crc32 } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import type { Status, Wipe } from '@jobsheet/model';
import { makeCode, makeJob, makeLane, makePhones, makeRescue, makeRows, session } from './fixtures';

export function fakeOffice(): Plugin {
  let rows = makeRows();
  let lane = makeLane();
  let phones = makePhones();
  let signedIn = false;
  let broken = false;
  let tries = 0;
  const listeners = new Set<ServerResponse>();
  const tell = () => listeners.forEach((one) => one.write('data: changed\n\n'));

  return {
    name: 'fake-office',
    apply: (_config, { mode, command }) => command === 'serve' && mode === 'fake',
    configureServer(server) {
      server.middlewares.use(async (request: IncomingMessage, response: ServerResponse, next) => {
        const url = new URL(request.url ?? '/', 'http://fake');
        const send = (status: number, body: unknown) => {
          response.statusCode = status;
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(body));
        };
        if (url.pathname.startsWith('/fake/')) {
          const knob = url.pathname.slice('/fake/'.length);
          if (knob === 'reset') {
            rows = makeRows();
            lane = makeLane();
            phones = makePhones();
            broken = false;
            signedIn = url.searchParams.get('in') === '1';
          }
          if (knob === 'empty') {
            rows = [];
            lane = { ...makeLane(), total: 0, kinds: [], entries: [] };
          }
          if (knob === 'break') {
            broken = true;
            listeners.forEach((one) => one.destroy());
          }
          if (knob === 'mend') broken = false;
          if (knob === 'change') {
            rows = rows.map((row) =>
              row.id === `wo-${url.searchParams.get('row')}`
                ? {
                    ...row,
                    status: url.searchParams.get('status') as Status,
                    last_word: new Date().toISOString(),
                  }
                : row,
            );
          }
          tell();
          return send(200, {});
        }
        if (!url.pathname.startsWith('/console/api/')) return next();
        if (broken) return void request.destroy();
        const path = url.pathname.slice('/console/api/'.length).split('/');
        const text = await read(request);
        const body = fields(text);

        if (path[0] === 'sign-in') {
          tries += 1;
          if (body.password === 'many')
            return send(429, { code: 'too_many_tries', message: 'Too many tries.' });
          if (body.password === 'wrong') return send(401, { code: 'wrong_password', message: 'Wrong.' });
          signedIn = true;
          return send(200, session);
        }
        if (!signedIn) return send(401, { code: 'signed_out', message: `Sign in (${tries} tries).` });
        if (path[0] === 'requests') return send(200, { open: 0, rows: [] });
        if (path[0] === 'sign-out') {
          signedIn = false;
          return send(200, null);
        }
        if (path[0] === 'session') return send(200, session);
        if (path[0] === 'events') {
          response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
          response.write(': hello\n\n');
          listeners.add(response);
          response.on('close', () => listeners.delete(response));
          return;
        }
        if (path[0] === 'photos') {
          response.setHeader('content-type', 'image/png');
          return void response.end(picture(parseInt(path[1].slice(0, 4), 16)));
        }
        if (path[0] === 'attention') {
          if (!path[1]) return send(200, lane);
          // Somebody else is always faster with this one.
          if (body.reason === 'slow')
            return send(409, { type: '/problems/decided', title: 'Decided.', status: 409, by: '王芳' });
          const entries = lane.entries.filter((one) => String(one.n) !== path[1]);
          lane = { ...lane, total: entries.length, entries };
          tell();
          return send(200, null);
        }
        if (path[0] === 'rescue') {
          if (url.searchParams.get('stolen')) return send(200, makeRescue());
          const wanted = { bad: 'rescue-damaged', stolen: 'rescue-stolen' }[text.slice(0, 6).trim()];
          if (wanted) return send(422, { type: `/problems/${wanted}`, title: 'Refused.', status: 422 });
          return send(200, makeRescue());
        }
        if (path[0] === 'technicians') return send(200, makeCode());
        if (path[0] === 'phones') {
          if (!path[1]) return send(200, phones);
          const now = new Date().toISOString();
          phones = phones.map((one) =>
            one.id !== path[1]
              ? one
              : { ...one, revoked_at: now, wipe: path[2] === 'wipe' ? (body.kind as Wipe) : null },
          );
          return send(200, null);
        }
        if (path[0] !== 'work-orders') return send(404, { code: 'no_such_page', message: 'No such page.' });
        if (!path[1]) return send(200, rows);
        const row = rows.find((one) => one.id === path[1]);
        if (!row) return send(404, { code: 'no_such_job', message: 'No such work order.' });
        if (!path[2]) return send(200, makeJob(row, url.searchParams.get('language') === 'zh' ? 'zh' : 'en'));

        const name = session.technicians.find((one) => one.login === body.technician)?.name ?? '';
        rows = rows.map((one) =>
          one !== row
            ? one
            : path[2] === 'cancel'
              ? { ...one, status: 'cancelled' }
              : { ...one, status: 'dispatched', technician: name },
        );
        tell();
        return send(200, null);
      });
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let content = '';
  for await (const piece of request) content += String(piece);
  return content;
}

function fields(content: string): Record<string, string> {
  return content.startsWith('{') ? (JSON.parse(content) as Record<string, string>) : {};
}

/** A small PNG with a gradient, a different one for each photo. */
function picture(seed: number): Buffer {
  const [width, height] = [320, 240];
  const raw = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      raw[at] = (x / 2 + seed) % 256;
      raw[at + 1] = (y / 2 + 60 + seed / 3) % 200;
      raw[at + 2] = ((x + y) / 4 + 40) % 180;
    }
  }
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
