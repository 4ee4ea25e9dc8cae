// One member of a consumer group with kafkajs, telling its events as JSON lines like ../python/group_member.py does:
// "assignment" with the partitions, "records" with [partition, offset, value], "left" at the end. A line on standard
// input makes it leave the group. Arguments: bootstrap server, topic, group.
"use strict";

const { Kafka, logLevel } = require("kafkajs");

const [bootstrap, topic, group] = process.argv.slice(2);
const tell = (event, details = {}) => process.stdout.write(`${JSON.stringify({ event, ...details })}\n`);

async function main() {
  const kafka = new Kafka({ clientId: "kafkajs", brokers: [bootstrap], logLevel: logLevel.WARN, retry: { maxRetryTime: 500, retries: 100 } });
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6000, heartbeatInterval: 300, rebalanceTimeout: 10000, maxWaitTimeInMs: 300 });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    tell("assignment", { partitions: (payload.memberAssignment[topic] ?? []).slice().sort() });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => process.stderr.write(`crash: ${payload.error}\n`));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  tell("started");
  await consumer.run({
    eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, heartbeat }) => {
      tell("records", { records: batch.messages.map((one) => [batch.partition, Number(one.offset), one.value.toString()]) });
      resolveOffset(batch.lastOffset());
      await commitOffsetsIfNecessary();
      await heartbeat();
    },
  });
  process.stdin.once("data", async () => {
    await consumer.disconnect();
    tell("left");
    process.stdin.destroy();
  });
}

main().catch((fault) => {
  process.stderr.write(`${fault.stack}\n`);
  process.exit(1);
});
