// The task: brings the program, runs one command of it, and tells the agent how that ended. It has no dependencies: inputs
// come as INPUT_… variables, and the agent reads its commands from standard output.
"use strict";

const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

function input(name) {
  const text = (process.env[`INPUT_${name.toUpperCase()}`] || "").trim();
  // A variable that is not set arrives as its own name.
  return text.startsWith("$(") && text.endsWith(")") ? "" : text;
}

/** Text in an agent's command: `%` first, as it begins an escape. */
function escaped(text) {
  return text.replace(/%/g, "%AZP25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/;/g, "%3B").replace(/]/g, "%5D");
}

function complete(result, message) {
  process.stdout.write(`##vso[task.complete result=${result};]${escaped(message)}\n`);
}

/** The program's path: on PATH, or out of the archive at the address. */
async function program() {
  const address = input("downloadUrl");
  if (address === "") return "tidemark";
  if (!address.startsWith("https://")) throw new Error("the download address must begin with https://");
  const folder = fs.mkdtempSync(path.join(process.env.AGENT_TEMPDIRECTORY || require("node:os").tmpdir(), "tidemark-"));
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the archive could not be fetched (HTTP ${answer.status})`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const digest = createHash("sha256").update(bytes).digest("hex");
  const expected = input("sha256").toLowerCase();
  if (expected !== "" && digest !== expected) throw new Error(`the archive has the SHA-256 ${digest}, not ${expected}`);
  const archive = path.join(folder, "archive");
  fs.writeFileSync(archive, bytes);
  const unpacked = spawnSync("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"], { stdio: "inherit" });
  if (unpacked.status !== 0) throw new Error("the archive could not be unpacked");
  return path.join(folder, "tidemark");
}

/** The lines of the command, each [arguments, whether it runs though the one before it failed]. */
function lines() {
  const command = input("command");
  const history = input("historyBranch");
  switch (command) {
    case "collect":
      return [[["collect", "--allow-empty", "--out", input("out") || "tidemark-run.json"], false]];
    case "run":
      return [[["run"], false]];
    case "publish":
      return [[["publish", "azure", "--report", input("report") || "tidemark-report"], false]];
    case "report": {
      const report = [["report", "--out", input("out") || "tidemark-report"], false];
      if (history === "") return [report];
      return [[["history", "pull", "--branch", history], false], report, [["history", "push", "--branch", history], true]];
    }
    default:
      throw new Error(`there is no command ${command}`);
  }
}

async function main() {
  const tidemark = await program();
  const environment = { ...process.env };
  // The task's own inputs and endpoints are no business of what it runs.
  for (const name of Object.keys(environment)) {
    if (name.startsWith("INPUT_") || name.startsWith("ENDPOINT_")) delete environment[name];
  }
  environment.TIDEMARK_INPUTS = input("paths");
  environment.TIDEMARK_GATE = input("gate");
  let status = 0;
  for (const [words, always] of lines()) {
    if (status === 2 || (status !== 0 && !always)) break;
    const ended = spawnSync(tidemark, words, { stdio: "inherit", env: environment });
    if (ended.error) throw new Error(`${tidemark} could not be run (${ended.error.code})`);
    const code = ended.status === null ? 1 : ended.status;
    status = status || code;
  }
  const sentences = { 0: "", 1: "a gate or a command failed", 2: "wrong usage or config", 3: "no result was read", 4: "publishing failed" };
  complete(status === 0 ? "Succeeded" : "Failed", sentences[status] || `exit status ${status}`);
}

main().catch((problem) => complete("Failed", problem.message));
