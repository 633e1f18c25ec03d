// Unit tests of tidemark/task.js with a program that notes how it was called: node --test examples/azure/extension/test.js
"use strict";

const { test } = require("node:test");
const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/** Runs the task; `statuses`: what the program answers to its first words. */
function run(inputs, statuses = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tidemark-task-"));
  const cases = Object.entries(statuses).map(([word, status]) => `${word}) exit ${status};;`).join(" ");
  const script = `#!/bin/sh\necho "$@" >> "${folder}/calls"\nenv > "${folder}/environment"\ncase $1 in ${cases} esac\nexit 0\n`;
  fs.writeFileSync(path.join(folder, "tidemark"), script, { mode: 0o755 });
  const environment = { PATH: `${folder}:${process.env.PATH}`, ENDPOINT_AUTH: "secret-endpoint" };
  for (const [name, value] of Object.entries(inputs)) environment[`INPUT_${name.toUpperCase()}`] = value;
  const answer = spawnSync(process.execPath, [path.join(__dirname, "tidemark/task.js")], { env: environment, encoding: "utf8" });
  const read = (name) => (fs.existsSync(path.join(folder, name)) ? fs.readFileSync(path.join(folder, name), "utf8") : "");
  const result = { output: answer.stdout, calls: read("calls").trim().split("\n"), environment: read("environment") };
  fs.rmSync(folder, { recursive: true });
  return result;
}

test("a report brings the history, reports, and keeps the history", () => {
  const { calls, output } = run({ command: "report", historyBranch: "h", paths: "a b\nc" });
  assert.deepStrictEqual(calls, ["history pull --branch h", "report --out tidemark-report", "history push --branch h"]);
  assert.ok(output.includes("##vso[task.complete result=Succeeded;]"));
});

test("paths reach the program by the environment, inputs and endpoints do not", () => {
  const { environment } = run({ command: "report", paths: "a b\nc;$(id)" });
  assert.ok(environment.includes("TIDEMARK_INPUTS=a b\nc;$(id)"));
  assert.ok(!environment.includes("INPUT_COMMAND") && !environment.includes("secret-endpoint"));
});

test("a failed gate fails the task, and the history is kept all the same", () => {
  const { calls, output } = run({ command: "report", historyBranch: "h" }, { report: 1 });
  assert.strictEqual(calls.at(-1), "history push --branch h");
  assert.ok(output.includes("result=Failed;]a gate or a command failed"));
});

test("wrong usage ends it", () => {
  const { calls, output } = run({ command: "report", historyBranch: "h" }, { report: 2 });
  assert.strictEqual(calls.length, 2);
  assert.ok(output.includes("result=Failed;]wrong usage or config"));
});

test("an address without https is refused, and no command of the agent can be made of it", () => {
  const { output } = run({ command: "report", downloadUrl: "http://x/##vso[task.setvariable variable=a]b" });
  assert.ok(output.includes("result=Failed;]the download address must begin with https"));
  assert.strictEqual(output.match(/##vso\[/g).length, 1);
});

test("an unknown command is named, its marks escaped", () => {
  const { output } = run({ command: "a;b]c%\nd" });
  assert.ok(output.includes("there is no command a%3Bb%5Dc%AZP25%0Ad"));
});
