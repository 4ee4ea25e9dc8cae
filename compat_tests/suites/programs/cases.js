// What the programs in JavaScript share: named cases, each run in a process of its own and told as one line of TAP, so
// that one which fails, hangs or crashes hides no other. cases.py is the same for Python.
//
// node PROGRAM BOOTSTRAP               all cases, a few at a time
// node PROGRAM BOOTSTRAP --run NAME …  one case, or one of the children that cases start
"use strict";

const { spawn } = require("node:child_process");

const AT_ONCE = 3;
const CASE_MS = 90_000;
const cases = new Map();
const children = new Map();
const [program, bootstrap] = process.argv.slice(1);

// A check that must hold; `work` is an async function that throws when it does not.
const check = (name, work) => cases.set(name, work);

// What a case starts as a child, by the name of the function: it tells what it sees as JSON lines (`tell`).
const child = (work) => children.set(work.name, work);

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

class Child {
  constructor(name, parameters) {
    this.events = [];
    this.process = spawn(process.execPath, [program, bootstrap, "--run", name, ...parameters], { stdio: ["ignore", "pipe", "inherit"] });
    this.gone = new Promise((resolve) => this.process.once("close", resolve));
    let rest = "";
    this.process.stdout.on("data", (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop(); // half a line, when it was killed
      this.events.push(...lines.map((line) => JSON.parse(line)));
    });
  }

  of(key) {
    return this.events.filter((event) => key in event).map((event) => event[key]);
  }

  // SIGKILL: no goodbye to the server. At the end of a case every child is killed.
  async kill() {
    this.process.kill("SIGKILL");
    await this.gone;
  }
}

const started = [];
const start = (name, ...parameters) => {
  started.push(new Child(name, parameters));
  return started.at(-1);
};

// The members of one group that read a topic of four partitions: children that tell what they `owned` and what `value`
// they read, and leave on SIGTERM.
class Grouped {
  constructor(topic) {
    this.topic = topic;
    this.group = unique("group");
    this.members = [];
    this.sent = 0;
  }

  join(kind = "member", ...more) {
    this.members.push(start(kind, this.topic, this.group, ...more));
    return this.members.at(-1);
  }

  // Wait until these own all partitions, each exactly once, and nobody is without.
  async shared(...members) {
    await eventually(() => {
      const shares = members.map((one) => one.of("owned").at(-1) ?? []);
      return shares.every((share) => share.length > 0) && shares.flat().sort().join() === "0,1,2,3";
    }, `four partitions shared by ${members.length}`);
  }

  // The numbers to write next, as [begin, end].
  nextHundred() {
    this.sent += 100;
    return [this.sent - 100, this.sent];
  }

  // Wait until the members together have read every number.
  async allRead() {
    await eventually(() => new Set(this.members.flatMap((one) => one.of("value"))).size === this.sent, `${this.sent} records read`);
  }

  // Let one leave in its own time.
  async left(member) {
    member.process.kill("SIGTERM");
    await member.gone;
    if (member.of("left").length !== 1) throw new Error("it did not say that it left");
  }
}

// Poll until `probe` returns something true, and return that.
async function eventually(probe, what) {
  const end = Date.now() + CASE_MS - 10_000;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let names = 0;
const unique = (prefix) => `${prefix}-${process.pid}-${++names}`;

// The error that `work` must throw.
async function fails(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

async function runOne(name, parameters) {
  const work = cases.get(name) ?? children.get(name);
  try {
    await work(...parameters);
  } catch (error) {
    console.error(error.stack);
    for (const inner of error.errors ?? []) console.error(inner.stack);
    const why = error.errors?.length ? ` (${error.errors[0].message}${error.errors[0].errors?.length ? `: ${error.errors[0].errors[0].message}` : ""})` : "";
    console.error(`${error.name}: ${error.message}${why}`.replace(/\s+/g, " "));
    process.exitCode = 1;
  }
  await Promise.all(started.map((one) => one.kill()));
  if (cases.has(name)) process.exit();
}

// [exit code or "late", everything printed] of one case.
function outcome(name) {
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [program, bootstrap, "--run", name], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let text = "";
    for (const stream of [running.stdout, running.stderr]) stream.on("data", (data) => (text += data));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      process.kill(-running.pid, "SIGKILL"); // with its children
    }, CASE_MS);
    running.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve([late ? "late" : (code ?? signal), text]);
    });
  });
}

async function runAll() {
  console.log(`1..${cases.size}`);
  const waiting = [...cases.keys()];
  let told = 0;
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const [end, text] = await outcome(name);
      const lines = text.trimEnd().split("\n");
      const ended = { 0: "ok", late: `not over within ${CASE_MS / 1000} s` }[end];
      if (end !== 0) for (const line of lines) console.log(`# ${line}`);
      console.log(`${end === 0 ? "ok" : "not ok"} ${++told} - ${name}`);
      if (end !== 0) console.log(`  ---\n  message: ${JSON.stringify(ended ?? (lines.at(-1) || `ended with ${end}`))}\n  ...`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

// Called once, at the end of a program.
async function main() {
  const [flag, name, ...parameters] = process.argv.slice(3);
  await (flag === "--run" ? runOne(name, parameters) : runAll());
}

module.exports = { Grouped, bootstrap, check, child, eventually, fails, main, start, tell, unique };
