// BullMQ, adding or running jobs that do nothing. What to do comes by lines on stdin; what was done goes to stdout.
//
// node bullmq.mjs add|run SOCKET CONCURRENCY
//   add: "single NUMBER CALLERS" or "bulk NUMBER SIZE" answers "added"
//   run: "expect NUMBER" answers "ready", and "done" once that many more jobs are completed
import { createInterface } from "node:readline";
import { Queue, Worker } from "bullmq";

const [role, path, concurrency] = process.argv.slice(2);
const connection = { path, maxRetriesPerRequest: null };
// What Guildwright's jobs have by themselves: a key that is taken once, and retries with growing waits.
const promises = { attempts: 8, backoff: { type: "exponential", delay: 1000 } };
let key = 0;

async function single(queue, number, callers) {
  let left = number;
  const call = async () => {
    while (left-- > 0) await queue.add("work", { n: key }, { ...promises, jobId: `key-${key++}` });
  };
  await Promise.all(Array.from({ length: callers }, call));
}

async function bulk(queue, number, size) {
  for (let left = number; left > 0; left -= size) {
    const jobs = Array.from({ length: Math.min(size, left) }, () => ({
      name: "work",
      data: { n: key },
      opts: { ...promises, jobId: `key-${key++}` },
    }));
    await queue.addBulk(jobs);
  }
}

if (role === "add") {
  const queue = new Queue("bench", { connection });
  await queue.waitUntilReady();
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const [how, number, size] = line.split(" ");
    await (how === "single" ? single : bulk)(queue, Number(number), Number(size));
    console.log("added");
  }
  await queue.close();
} else {
  let left = 0;
  const worker = new Worker("bench", async () => {}, { connection, concurrency: Number(concurrency) });
  worker.on("completed", () => {
    if (--left === 0) console.log("done");
  });
  await worker.waitUntilReady();
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    left += Number(line.split(" ")[1]);
    console.log("ready");
  }
  await worker.close();
}
