// How the bot talks with the test that runs it: steps come on standard input, facts go to standard output.
import { createInterface } from "node:readline";

export const tell = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);

// Whatever the library or Node warns of becomes a fact.
export function tellTheLog(client) {
  client.on("warn", (text) => tell({ log: "WARNING", text }));
  client.on("error", (fault) => tell({ log: "ERROR", text: String(fault.stack) }));
  client.on("shardError", (fault) => tell({ log: "ERROR", text: String(fault) }));
  client.on("invalidated", () => tell({ log: "ERROR", text: "the session was invalidated" }));
  process.on("warning", (warning) => tell({ log: "WARNING", text: String(warning) }));
  process.on("unhandledRejection", (fault) => tell({ log: "ERROR", text: String(fault?.stack ?? fault) }));
}

// Do what standard input says, one after the other, until `leave`.
export async function obey(steps) {
  for await (const line of createInterface({ input: process.stdin })) {
    const step = JSON.parse(line);
    if (step.do === "leave") return tell({ answer: step.number });
    try {
      tell({ answer: step.number, ...(await steps[step.do](step)) });
    } catch (fault) {
      tell({ answer: step.number, failed: String(fault?.stack ?? fault) });
    }
  }
}
