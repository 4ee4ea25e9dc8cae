// What an application does with kafkajs, as named cases.
"use strict";

const zlib = require("node:zlib");
const assert = require("node:assert/strict");
const lz4 = require("lz4-napi");
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, Partitioners, ResourcePatternTypes, logLevel } = require("kafkajs");
const { Grouped, bootstrap, check, child, eventually, fails, main, tell, unique } = require("./cases.js");

// Codecs that kafkajs leaves to others.
const codec = (compress, decompress) => () => ({
  compress: async (encoder) => Buffer.from(compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(decompress(buffer)),
});
CompressionCodecs[CompressionTypes.Snappy] = require("kafkajs-snappy");
CompressionCodecs[CompressionTypes.LZ4] = codec(lz4.compressFrameSync, lz4.decompressFrameSync);
CompressionCodecs[CompressionTypes.ZSTD] = codec(zlib.zstdCompressSync, zlib.zstdDecompressSync);

const kafka = new Kafka({ clientId: "kafkajs", brokers: [bootstrap], logLevel: logLevel.ERROR, retry: { maxRetryTime: 500, retries: 60 } });
const GROUP = { sessionTimeout: 6000, heartbeatInterval: 300, rebalanceTimeout: 10_000, maxWaitTimeInMs: 200 };

async function using(client, work) {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}
const admin = (work) => using(kafka.admin(), work);
const producing = (options, work) => using(kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...options }), work);

async function newTopic(numPartitions = 1, settings = {}) {
  const topic = unique("kafkajs");
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await made([{ topic, numPartitions, replicationFactor: 1, configEntries }]);
  return topic;
}

// Create topics, and wait until the brokers know their leaders.
async function made(topics) {
  await admin(async (it) => {
    await it.createTopics({ topics, waitForLeaders: false });
    const known = async ({ topic, numPartitions }) => {
      const found = await described(it, topic);
      return found.partitions.length === numPartitions && found.partitions.every((one) => one.leader >= 0);
    };
    await eventually(async () => (await Promise.all(topics.map(known))).every(Boolean), "leaders");
  });
}

// What a broker answers while a change of the metadata still spreads; an application asks again.
async function settled(ask) {
  return eventually(async () => {
    try {
      return [await ask()];
    } catch (error) {
      if (error.retriable) return null;
      throw error;
    }
  }, "an answer").then(([answer]) => answer);
}

// A topic's metadata, as soon as the broker has heard of it.
const described = (it, topic) => settled(async () => (await it.fetchTopicMetadata({ topics: [topic] })).topics[0]);

const numbered = (from, to, more = () => ({})) =>
  Array.from({ length: to - from }, (_, index) => ({ value: String(from + index), ...more(from + index) }));
const values = (records) => records.map((one) => one.message.value?.toString() ?? null);

// Reads with a group until `enough(records)`; a record is {topic, partition, message}.
async function read(topics, enough, { group = unique("group"), settings = {}, begin = () => {}, run = {} } = {}) {
  const records = [];
  await using(kafka.consumer({ groupId: group, ...GROUP, ...settings }), async (consumer) => {
    await consumer.subscribe({ topics, fromBeginning: true });
    await new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          ...run,
          eachMessage: async (record) => {
            records.push(record);
            if (enough(records)) resolve();
          },
        })
        .then(() => begin(consumer))
        .catch(reject);
    });
  });
  return records;
}
const countOf = (count) => (records) => records.length >= count;
const numbers = (entries) => Object.fromEntries(entries.map(({ partition, offset }) => [partition, Number(offset)]));

// --- administration -----------------------------------------------------------------------------------------

check("admin: the cluster has a controller and brokers", () =>
  admin(async (it) => {
    const cluster = await it.describeCluster();
    assert.ok(cluster.clusterId.length > 0);
    assert.ok(cluster.brokers.some((one) => one.nodeId === cluster.controller));
  }),
);

check("admin: topics are created, grown, listed, described and deleted", () =>
  admin(async (it) => {
    const topic = unique("topic");
    const one = { waitForLeaders: false, topics: [{ topic, numPartitions: 2, replicationFactor: 1, configEntries: [{ name: "retention.ms", value: "-1" }] }] };
    assert.equal(await it.createTopics({ ...one, validateOnly: true }), true);
    assert.ok(!(await it.listTopics()).includes(topic));
    assert.equal(await it.createTopics(one), true);
    assert.equal(await it.createTopics(one), false);
    await it.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    await eventually(async () => (await described(it, topic)).partitions.length === 4, "four partitions");
    assert.ok((await it.listTopics()).includes(topic));
    await it.deleteTopics({ topics: [topic] });
    await eventually(async () => !(await it.listTopics()).includes(topic), "the topic gone");
  }),
);

check("admin: what cannot be done is refused with Kafka's words", async () => {
  const topic = await newTopic(3);
  await admin(async (it) => {
    const fewer = await fails(() => it.createPartitions({ topicPartitions: [{ topic, count: 2 }] }));
    assert.equal(fewer.type, "INVALID_PARTITIONS");
    const factor = await fails(() => it.createTopics({ topics: [{ topic: unique("topic"), numPartitions: 1, replicationFactor: 40 }] }));
    assert.equal((factor.errors?.[0] ?? factor).type, "INVALID_REPLICATION_FACTOR");
    const name = await fails(() => it.createTopics({ topics: [{ topic: "no spaces please", numPartitions: 1, replicationFactor: 1 }] }));
    assert.equal((name.errors?.[0] ?? name).type, "INVALID_TOPIC_EXCEPTION");
  });
});

check("admin: settings of a topic are read and altered", async () => {
  const topic = await newTopic(1, { "retention.ms": "60000" });
  await admin(async (it) => {
    const described = async () => {
      const { resources } = await it.describeConfigs({ includeSynonyms: true, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ["retention.ms", "cleanup.policy"] }] });
      return Object.fromEntries(resources[0].configEntries.map((entry) => [entry.configName, entry]));
    };
    const before = await described();
    assert.equal(before["retention.ms"].configValue, "60000");
    assert.equal(before["retention.ms"].configSource, 1);
    assert.equal(before["cleanup.policy"].configSource, 5);
    await it.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: "cleanup.policy", value: "compact" }] }] });
    await eventually(async () => (await described())["cleanup.policy"].configValue === "compact", "the new policy");
    assert.notEqual((await described())["retention.ms"].configSource, 1); // AlterConfigs sets all, or unsets
    const bad = await fails(() => it.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: "retention.ms", value: "soon" }] }] }));
    assert.equal(bad.type, "INVALID_CONFIG");
  });
});

check("admin: settings of a broker are read", () =>
  admin(async (it) => {
    const { controller } = await it.describeCluster();
    const { resources } = await it.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.BROKER, name: String(controller) }] });
    const entries = Object.fromEntries(resources[0].configEntries.map((entry) => [entry.configName, entry.configValue]));
    assert.ok(Number(entries["num.partitions"]) >= 1);
    assert.ok("log.retention.hours" in entries);
  }),
);

check("admin: records before an offset are deleted", async () => {
  const topic = await newTopic();
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 10) }));
  await admin(async (it) => {
    await settled(() => it.fetchTopicOffsets(topic)); // the client must have heard of the topic
    await settled(() => it.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "4" }] }));
    const [found] = await it.fetchTopicOffsets(topic);
    assert.deepEqual([found.low, found.high], ["4", "10"]);
  });
  assert.deepEqual(values(await read([topic], countOf(6))), ["4", "5", "6", "7", "8", "9"]);
});

check("admin: a reassignment to where a partition is", async () => {
  const topic = await newTopic();
  await admin(async (it) => {
    const { controller } = await it.describeCluster();
    await it.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [controller] }] }] });
    const { topics } = await it.listPartitionReassignments({ topics: [{ topic, partitions: [0] }] });
    assert.deepEqual(topics, []);
  });
});

check("admin: ACLs without an authorizer are refused", () =>
  admin(async (it) => {
    const acl = { resourceType: AclResourceTypes.TOPIC, resourceName: "t", resourcePatternType: ResourcePatternTypes.LITERAL, principal: "User:a", host: "*", operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW };
    assert.equal((await fails(() => it.createAcls({ acl: [acl] }))).type, "SECURITY_DISABLED");
  }),
);

// --- produce and consume ------------------------------------------------------------------------------------

const CODECS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy, lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD };
for (const [name, compression] of Object.entries(CODECS)) {
  check(`produce: ${name}`, async () => {
    const topic = await newTopic();
    await producing({}, (it) => it.send({ topic, compression, messages: numbered(0, 500, (number) => ({ key: "k".repeat(number) })) }));
    const records = await read([topic], countOf(500));
    assert.deepEqual(values(records), values(numbered(0, 500).map((message) => ({ message }))));
    assert.equal(records[499].message.key.length, 499);
  });
}

for (const acks of [0, 1, -1]) {
  check(`produce: acks ${acks}`, async () => {
    const topic = await newTopic();
    const [told] = await producing({}, async (it) => {
      await it.send({ topic, acks, messages: numbered(0, 10) });
      return (await it.send({ topic, acks, messages: numbered(10, 20) })) ?? [];
    });
    if (acks !== 0) assert.equal(told.baseOffset, "10");
    assert.deepEqual(values(await read([topic], countOf(20))).length, 20);
  });
}

check("produce: keys, headers, nulls and times arrive as they were sent", async () => {
  const topic = await newTopic();
  const sent = [
    { key: "a", value: "one", headers: { text: "x", bytes: Buffer.from([0, 255]), many: ["1", "2"] }, timestamp: "1700000000000" },
    { key: null, value: null, timestamp: "1700000000001" },
    { key: "", value: "", timestamp: "1700000000002" },
    { key: "ключ", value: "☃".repeat(1000), timestamp: "1700000000003" },
  ];
  await producing({}, (it) => it.send({ topic, messages: sent }));
  const seen = (await read([topic], countOf(4))).map((one) => one.message);
  assert.deepEqual(seen.map((one) => one.key?.toString() ?? null), ["a", null, "", "ключ"]);
  assert.deepEqual(seen.map((one) => one.value?.toString() ?? null), sent.map((one) => one.value));
  assert.deepEqual(seen.map((one) => one.timestamp), sent.map((one) => one.timestamp));
  assert.equal(seen[0].headers.text.toString(), "x");
  assert.deepEqual([...seen[0].headers.bytes], [0, 255]);
  assert.deepEqual(seen[0].headers.many.map(String), ["1", "2"]);
});

check("produce: a batch to several topics and partitions", async () => {
  const [first, second] = [await newTopic(3), await newTopic(2)];
  await producing({}, (it) =>
    it.sendBatch({
      topicMessages: [
        { topic: first, messages: numbered(0, 90, (number) => ({ partition: number % 3 })) },
        { topic: second, messages: numbered(0, 60, (number) => ({ key: `k${number % 7}` })) },
      ],
    }),
  );
  const records = await read([first, second], countOf(150), { run: { partitionsConsumedConcurrently: 3 } });
  assert.equal(new Set(records.map((one) => `${one.topic} ${one.message.value}`)).size, 150);
  const homes = new Map();
  for (const { topic, partition, message } of records) {
    if (topic === second) assert.equal(homes.set(`${message.key}`, homes.get(`${message.key}`) ?? partition).get(`${message.key}`), partition);
  }
});

check("produce: a record beyond max.message.bytes is refused", async () => {
  const topic = await newTopic(1, { "max.message.bytes": "1000" });
  const error = await producing({}, (it) => fails(() => it.send({ topic, messages: [{ value: "x".repeat(5000) }] })));
  assert.equal(error.type, "MESSAGE_TOO_LARGE");
});

check("produce: a topic that is not there is made for a producer", async () => {
  const topic = unique("made");
  await producing({ allowAutoTopicCreation: true }, (it) => it.send({ topic, messages: numbered(0, 3) }));
  assert.equal((await read([topic], countOf(3))).length, 3);
});

check("produce: idempotent", async () => {
  const topic = await newTopic(2);
  await producing({ idempotent: true, maxInFlightRequests: 1 }, async (it) => {
    for (let from = 0; from < 500; from += 50) await it.send({ topic, messages: numbered(from, from + 50) });
  });
  const records = await read([topic], countOf(500));
  assert.equal(new Set(values(records)).size, 500);
});

check("produce: a reader of many small sends sees them in order", async () => {
  const topic = await newTopic();
  const reading = read([topic], countOf(300));
  await producing({}, async (it) => {
    for (let number = 0; number < 300; number += 1) await it.send({ topic, messages: numbered(number, number + 1) });
  });
  assert.deepEqual(values(await reading).map(Number), Array.from({ length: 300 }, (_, index) => index));
});

// --- offsets ------------------------------------------------------------------------------------------------

check("offsets: by time, of the begin and of the end", async () => {
  const topic = await newTopic(2);
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 20, (number) => ({ partition: number % 2, timestamp: String(1700000000000 + number) })) }));
  await admin(async (it) => {
    assert.deepEqual(numbers(await it.fetchTopicOffsets(topic)), { 0: 10, 1: 10 });
    assert.deepEqual(numbers(await it.fetchTopicOffsetsByTimestamp(topic, 1700000000010)), { 0: 5, 1: 5 });
    assert.deepEqual(numbers(await it.fetchTopicOffsetsByTimestamp(topic, 1900000000000)), { 0: 10, 1: 10 });
  });
});

check("offsets: seek goes back and forth", async () => {
  const topic = await newTopic();
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 20) }));
  const begin = (consumer) => consumer.seek({ topic, partition: 0, offset: "17" });
  const records = await read([topic], (seen) => values(seen).includes("19"), { begin });
  assert.deepEqual(values(records).slice(-3), ["17", "18", "19"]);
});

check("offsets: what was committed by hand is where the next one begins", async () => {
  const topic = await newTopic();
  const group = unique("group");
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 20) }));
  await using(kafka.consumer({ groupId: group, ...GROUP }), async (consumer) => {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    let seen = 0;
    await consumer.run({ autoCommit: false, eachMessage: async () => { seen += 1; } });
    await eventually(() => seen === 20, "20 records");
    await consumer.commitOffsets([{ topic, partition: 0, offset: "12", metadata: "by hand" }]);
  });
  await admin(async (it) => {
    const [found] = await it.fetchOffsets({ groupId: group, topics: [topic] });
    assert.deepEqual([found.partitions[0].offset, found.partitions[0].metadata], ["12", "by hand"]);
  });
  assert.deepEqual(values(await read([topic], countOf(8), { group })), values(numbered(12, 20).map((message) => ({ message }))));
});

check("offsets: of a group are set, reset and deleted with it", async () => {
  const topic = await newTopic();
  const group = unique("group");
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 10) }));
  await read([topic], countOf(10), { group });
  await admin(async (it) => {
    const at = async () => Number((await it.fetchOffsets({ groupId: group, topics: [topic] }))[0].partitions[0].offset);
    assert.equal(await at(), 10);
    await it.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: "3" }] });
    assert.equal(await at(), 3);
    await it.resetOffsets({ groupId: group, topic, earliest: true });
    const after = await read([topic], countOf(10), { group });
    assert.equal(after.length, 10);
    await it.deleteGroups([group]);
    assert.equal(await at(), -1);
  });
});

check("offsets: a paused topic stays where it is", async () => {
  const [busy, quiet] = [await newTopic(), await newTopic()];
  const write = (from, to) => producing({}, (it) => it.sendBatch({ topicMessages: [busy, quiet].map((topic) => ({ topic, messages: numbered(from, to) })) }));
  await write(0, 10);
  await using(kafka.consumer({ groupId: unique("group"), ...GROUP }), async (consumer) => {
    const seen = { [busy]: 0, [quiet]: 0 };
    await consumer.subscribe({ topics: [busy, quiet], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ topic }) => { seen[topic] += 1; } });
    await eventually(() => seen[busy] === 10 && seen[quiet] === 10, "both topics read");
    consumer.pause([{ topic: quiet }]);
    await write(10, 20);
    await eventually(() => seen[busy] === 20, "the other topic read");
    assert.equal(seen[quiet], 10);
    consumer.resume([{ topic: quiet }]);
    await eventually(() => seen[quiet] === 20, "the paused topic read after all");
  });
});

// --- groups -------------------------------------------------------------------------------------------------

child(async function member(topic, group) {
  const consumer = kafka.consumer({ groupId: group, ...GROUP });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => tell({ owned: (payload.memberAssignment[topic] ?? []).slice().sort() }));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => tell({ value: message.value.toString() }) });
  process.once("SIGTERM", async () => {
    await consumer.disconnect();
    tell({ left: true });
    process.exit();
  });
});

async function grouped(work) {
  const members = new Grouped(await newTopic(4));
  const write = async () => {
    await producing({}, (it) => it.send({ topic: members.topic, messages: numbered(...members.nextHundred(), (number) => ({ partition: number % 4 })) }));
    await members.allRead();
  };
  await work({ members, group: members.group, join: (...kind) => members.join(...kind), write });
}

check("group: members join and leave, and share the partitions", () =>
  grouped(async ({ members, join, write }) => {
    const first = join();
    await members.shared(first);
    const second = join();
    await members.shared(first, second);
    await write();
    await members.left(second);
    await members.shared(first);
    await write();
  }),
);

check("group: a member that crashes is replaced by the others", () =>
  grouped(async ({ members, join, write }) => {
    const first = join();
    const second = join();
    await members.shared(first, second);
    await write();
    await first.kill();
    await members.shared(second);
    await write();
  }),
);

check("group: is listed and described, and deleted only when empty", () =>
  grouped(({ members, group, join }) =>
    admin(async (it) => {
      const only = join();
      await members.shared(only);
      const { groups } = await it.listGroups();
      assert.ok(groups.some((one) => one.groupId === group && one.protocolType === "consumer"));
      const described = (await it.describeGroups([group])).groups[0];
      assert.deepEqual([described.state, described.members.length, described.members[0].clientId], ["Stable", 1, "kafkajs"]);
      const busy = await fails(() => it.deleteGroups([group]));
      assert.equal(busy.groups[0].error.type, "NON_EMPTY_GROUP");
      await members.left(only);
      assert.equal((await it.describeGroups([group])).groups[0].state, "Empty");
      await it.deleteGroups([group]);
      assert.ok(!(await it.listGroups()).groups.some((one) => one.groupId === group));
    }),
  ),
);

check("group: topics are found by a pattern", async () => {
  const stem = unique("pattern");
  await made([`${stem}-a`, `${stem}-b`, `other-${stem}`].map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1 })));
  await producing({}, (it) => it.sendBatch({ topicMessages: [`${stem}-a`, `${stem}-b`, `other-${stem}`].map((topic) => ({ topic, messages: numbered(0, 5) })) }));
  const records = await read([new RegExp(`^${stem}-.*`)], countOf(10));
  assert.deepEqual([...new Set(records.map((one) => one.topic))].sort(), [`${stem}-a`, `${stem}-b`]);
});

// --- transactions -------------------------------------------------------------------------------------------

const transactional = (id, work) => producing({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 }, work);

check("transactions: only what was committed is read", async () => {
  const topic = await newTopic();
  await transactional(unique("id"), async (it) => {
    for (let round = 0; round < 4; round += 1) {
      const transaction = await it.transaction();
      await transaction.send({ topic, messages: numbered(round * 10, round * 10 + 10) });
      await (round % 2 ? transaction.abort() : transaction.commit());
    }
  });
  await producing({}, (it) => it.send({ topic, messages: [{ value: "end" }] }));
  const ended = (records) => values(records).includes("end");
  const expected = [...numbered(0, 10), ...numbered(20, 30), { value: "end" }].map((one) => one.value);
  assert.deepEqual(values(await read([topic], ended)), expected);
  assert.equal((await read([topic], ended, { settings: { readUncommitted: true } })).length, 41);
});

check("transactions: offsets are committed with the records or not at all", async () => {
  const [source, target] = [await newTopic(), await newTopic()];
  const group = unique("group");
  await producing({}, (it) => it.send({ topic: source, messages: numbered(0, 10) }));
  await read([source], countOf(10), { group, run: { autoCommit: false } });
  const at = () => admin(async (it) => Number((await it.fetchOffsets({ groupId: group, topics: [source] }))[0].partitions[0].offset));
  await transactional(unique("id"), async (it) => {
    for (const [offset, end] of [["5", "abort"], ["8", "commit"]]) {
      const transaction = await it.transaction();
      await transaction.send({ topic: target, messages: [{ value: offset }] });
      await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic: source, partitions: [{ partition: 0, offset }] }] });
      await transaction[end]();
      const expected = end === "commit" ? 8 : -1;
      await eventually(async () => (await at()) === expected, `offset ${expected} after ${end}`);
    }
  });
  assert.deepEqual(values(await read([target], countOf(1))), ["8"]);
});

check("transactions: the newer of two producers fences the older", async () => {
  const topic = await newTopic();
  const id = unique("id");
  await transactional(id, async (older) => {
    const abandoned = await older.transaction();
    await abandoned.send({ topic, messages: [{ value: "of the older" }] });
    await transactional(id, async (newer) => {
      const transaction = await newer.transaction();
      await transaction.send({ topic, messages: [{ value: "of the newer" }] });
      await transaction.commit();
    });
    const error = await fails(() => abandoned.commit());
    assert.ok(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED"].includes(error.type), error.message);
  });
  assert.deepEqual(values(await read([topic], countOf(1))), ["of the newer"]);
});

main();
