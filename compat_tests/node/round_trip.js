// Everything else with kafkajs in one go: administration, produce with each codec that it has, consume, offsets by time.
// Arguments: bootstrap server, topic. Prints one JSON object with what it saw; the test compares.
"use strict";

const { CompressionTypes, Kafka, logLevel } = require("kafkajs");

const [bootstrap, topic] = process.argv.slice(2);

async function consume(kafka, group, count) {
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const seen = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          const headers = Object.fromEntries(Object.entries(message.headers).map(([key, value]) => [key, value.toString()]));
          seen.push([partition, Number(message.offset), message.key?.toString() ?? null, message.value?.toString() ?? null, headers, Number(message.timestamp)]);
          if (seen.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return seen;
}

// What a broker answers while a change of the metadata still spreads; an application asks again.
async function settled(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (fault) {
      if (!fault.retriable) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function main() {
  const kafka = new Kafka({ clientId: "kafkajs", brokers: [bootstrap], logLevel: logLevel.WARN });
  const admin = kafka.admin();
  await admin.connect();
  const cluster = await admin.describeCluster();
  const created = await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1, configEntries: [{ name: "retention.ms", value: "-1" }] }] });
  const again = await admin.createTopics({ topics: [{ topic }] });

  const start = 1700000000000;
  const messages = (from) =>
    Array.from({ length: 10 }, (_, index) => ({
      key: `key ${from + index}`,
      value: from + index === 3 ? null : `value ${from + index}`,
      headers: { number: String(from + index) },
      timestamp: String(start + from + index),
      partition: (from + index) % 2,
    }));
  const plain = kafka.producer();
  await plain.connect();
  await plain.send({ topic, acks: 1, messages: messages(0) });
  await plain.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages: messages(10) });
  await plain.disconnect();
  const idempotent = kafka.producer({ idempotent: true });
  await idempotent.connect();
  await idempotent.send({ topic, messages: messages(20) });
  await idempotent.send({ topic, messages: messages(30) });
  await idempotent.disconnect();

  const group = `${topic}-group`;
  const seen = await consume(kafka, group, 40);
  const offsets = await admin.fetchTopicOffsets(topic);
  const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, start + 10);
  const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const { groups } = await admin.listGroups();
  const described = await admin.describeGroups([group]);
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic, configNames: ["retention.ms"] }] });
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  await settled(() => admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "5" }] }));
  const after = await settled(() => admin.fetchTopicOffsets(topic));
  await admin.deleteGroups([group]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  const number = (list) => Object.fromEntries(list.map((one) => [one.partition, Number(one.offset)]));
  process.stdout.write(
    JSON.stringify({
      brokers: cluster.brokers.length,
      created,
      again,
      seen,
      offsets: number(offsets),
      byTime: number(byTime),
      committed: number(committed[0].partitions),
      listed: groups.some((one) => one.groupId === group),
      state: described.groups[0].state,
      retention: resources[0].configEntries[0].configValue,
      low: Object.fromEntries(after.map((one) => [one.partition, Number(one.low)])),
    }),
  );
}

main().catch((fault) => {
  process.stderr.write(`${fault.stack}\n`);
  process.exit(1);
});
