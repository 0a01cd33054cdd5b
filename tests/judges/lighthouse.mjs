// Judges addresses with one Chromium: node lighthouse.mjs CHROMIUM '[["address", "cookie"], ...]'
// Writes, for each, a line of JSON: its scores by category, its layout shift, what was not perfect.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromePath, pages] = process.argv.slice(2);
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const imperfect = (lhr) =>
  Object.values(lhr.categories).flatMap((category) =>
    category.auditRefs
      .map(({ id, weight }) => ({ weight, ...lhr.audits[id] }))
      .filter(({ weight, score }) => weight && score !== null && score < 1)
      .map(({ id, score, displayValue }) => `${id}: ${score} ${displayValue ?? ""}`.trim()),
  );

/** A trace that was not recorded judges nothing, and is made again; a score never is. */
async function judge(address, options) {
  for (let left = 2; ; left--) {
    const { lhr } = await lighthouse(address, options);
    if (!lhr.runtimeError?.code || left === 0) return lhr;
  }
}

const chrome = await launch({ chromePath, chromeFlags: flags, logLevel: "silent" });
try {
  for (const [address, cookie] of JSON.parse(pages)) {
    const lhr = await judge(address, {
      port: chrome.port,
      logLevel: "silent",
      onlyCategories: ["performance", "accessibility", "best-practices", "seo"],
      disableFullPageScreenshot: true,
      extraHeaders: cookie ? { Cookie: cookie } : undefined,
    });
    const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, score * 100]);
    console.log(
      JSON.stringify({
        address: lhr.finalDisplayedUrl,
        error: lhr.runtimeError?.message ?? "",
        scores: Object.fromEntries(scores),
        shift: lhr.audits["cumulative-layout-shift"].numericValue ?? null,
        imperfect: imperfect(lhr),
      }),
    );
  }
} finally {
  chrome.kill();
}
