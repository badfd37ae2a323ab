import { openChromium } from './e2e/drivers/chromium.mjs';
import { readFileSync } from 'node:fs';
const [out, ...files] = process.argv.slice(2);
const page = await openChromium({ mobile: false, width: 1640, height: 800 });
const html = `<body style="margin:0;background:#a0a;display:flex;flex-wrap:wrap;gap:6px">${files.map((f) => `<figure style="margin:0"><figcaption style="font:14px sans-serif;color:#fff">${f.split('/').at(-1)}</figcaption><img src="data:image/png;base64,${readFileSync(f).toString('base64')}"></figure>`).join('')}</body>`;
await page.tab.setContent(html);
await page.tab.screenshot({ path: out, fullPage: true });
await page.close();
