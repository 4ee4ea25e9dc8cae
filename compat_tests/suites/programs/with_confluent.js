// What an application does with @confluentinc/kafka-javascript (its interface like kafkajs's), as named cases.
"use strict";

const assert = require("node:assert/strict");
const { CompressionTypes, IsolationLevel, Kafka, PartitionAssigners, logLevel } = require("@confluentinc/kafka-javascript").KafkaJS;
const { Grouped, bootstrap, check, child, eventually, fails, main, tell, unique } = require("./cases.js");

const kafka = new Kafka({ kafkaJS: { clientId: "confluent-javascript", brokers: [bootstrap], logLevel: logLevel.ERROR } });
const GROUP = { "session.timeout.ms": 6000, "heartbeat.interval.ms": 300, "fetch.wait.max.ms": 200, "topic.metadata.refresh.interval.ms": 1000 };

async function using(client, work) {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}
const admin = (work) => using(kafka.admin(), work);
const producing = (kafkaJS, work) => using(kafka.producer({ kafkaJS, "linger.ms": 5 }), work);
const consumer = (groupId, kafkaJS = {}) => kafka.consumer({ kafkaJS: { groupId, fromBeginning: true, ...kafkaJS }, ...GROUP });

// Ask again what a broker cannot answer while a change of the metadata still spreads.
const settled = (ask) =>
  eventually(async () => {
    try {
      return [await ask()];
    } catch (error) {
      if (error.type === "ERR_UNKNOWN_TOPIC_OR_PART") return null;
      throw error;
    }
  }, "an answer").then(([answer]) => answer);
const partitionsOf = async (it, topic) => (await it.fetchTopicMetadata({ topics: [topic] }))[0].partitions;

async function newTopic(numPartitions = 1, settings = {}) {
  const topic = unique("confluent");
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await admin(async (it) => {
    assert.equal(await it.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }] }), true);
    await settled(() => partitionsOf(it, topic));
  });
  return topic;
}

const numbered = (from, to, more = () => ({})) =>
  Array.from({ length: to - from }, (_, index) => ({ value: String(from + index), ...more(from + index) }));
const range = (from, to) => numbered(from, to).map((one) => one.value);
const values = (records) => records.map((one) => one.message.value?.toString() ?? null);

async function read(topics, enough, { group = unique("group"), options = {}, begin = () => {} } = {}) {
  const records = [];
  await using(consumer(group, options), async (it) => {
    await it.subscribe({ topics });
    await new Promise((resolve, reject) => {
      it.run({
        eachMessage: async (record) => {
          records.push(record);
          if (enough(records)) resolve();
        },
      })
        .then(() => begin(it))
        .catch(reject);
    });
  });
  return records;
}
const countOf = (count) => (records) => records.length >= count;

// --- administration -----------------------------------------------------------------------------------------

check("admin: topics are created, listed, described and deleted", () =>
  admin(async (it) => {
    const topic = unique("topic");
    const one = { topics: [{ topic, numPartitions: 3, replicationFactor: 1, configEntries: [{ name: "retention.ms", value: "-1" }] }] };
    assert.equal(await it.createTopics(one), true);
    assert.equal(await it.createTopics(one), false);
    const [found] = await settled(() => it.fetchTopicMetadata({ topics: [topic], includeAuthorizedOperations: true }));
    assert.deepEqual([found.name, found.partitions.length, found.isInternal], [topic, 3, false]);
    assert.ok(found.authorizedOperations.length > 0);
    assert.ok((await it.listTopics()).includes(topic));
    await it.deleteTopics({ topics: [topic] });
    await eventually(async () => !(await it.listTopics()).includes(topic), "the topic gone");
  }),
);

check("admin: what cannot be done is refused with Kafka's words", () =>
  admin(async (it) => {
    const refused = async (type, topic) => {
      const error = await fails(() => it.createTopics({ topics: [topic] }));
      assert.equal((error.errors?.[0] ?? error).type, type);
    };
    await refused("ERR_INVALID_REPLICATION_FACTOR", { topic: unique("topic"), replicationFactor: 40 });
    await refused("ERR_TOPIC_EXCEPTION", { topic: "no spaces please", replicationFactor: 1 });
    await refused("ERR_INVALID_CONFIG", { topic: unique("topic"), replicationFactor: 1, configEntries: [{ name: "retention.ms", value: "soon" }] });
  }),
);

check("admin: records before an offset are deleted", async () => {
  const topic = await newTopic();
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 10) }));
  await admin(async (it) => {
    const [found] = await it.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "4" }] });
    assert.equal(Number(found.lowWatermark), 4);
  });
  assert.deepEqual(values(await read([topic], countOf(6))), range(4, 10));
});

// --- produce and consume ------------------------------------------------------------------------------------

for (const [name, compression] of Object.entries(CompressionTypes)) {
  check(`produce: ${name.toLowerCase()}`, async () => {
    const topic = await newTopic();
    await producing({ compression }, (it) => it.send({ topic, messages: numbered(0, 500, (number) => ({ key: "k".repeat(number) })) }));
    const records = await read([topic], countOf(500));
    assert.deepEqual(values(records), range(0, 500));
    assert.equal(records[499].message.key.length, 499);
  });
}

for (const acks of [0, 1, -1]) {
  check(`produce: acks ${acks}`, async () => {
    const topic = await newTopic();
    await producing({ acks }, async (it) => {
      await it.send({ topic, messages: numbered(0, 10) });
      const [told] = await it.send({ topic, messages: numbered(10, 20) });
      if (acks !== 0) assert.equal(told.baseOffset, "10");
    });
    assert.equal((await read([topic], countOf(20))).length, 20);
  });
}

check("produce: keys, headers, nulls and times arrive as they were sent", async () => {
  const topic = await newTopic();
  const sent = [
    { key: "a", value: "one", headers: { text: "x", many: ["1", "2"] }, timestamp: "1700000000000" },
    { key: null, value: null, timestamp: "1700000000001" },
    { key: "ключ", value: "☃".repeat(1000), timestamp: "1700000000003" },
  ];
  await producing({}, (it) => it.send({ topic, messages: sent.map((one) => ({ ...one })) })); // it changes what it is given
  const seen = (await read([topic], countOf(3))).map((one) => one.message);
  assert.deepEqual(seen.map((one) => one.key?.toString() ?? null), sent.map((one) => one.key));
  assert.deepEqual(seen.map((one) => one.value?.toString() ?? null), sent.map((one) => one.value));
  assert.deepEqual(seen.map((one) => one.timestamp), sent.map((one) => one.timestamp));
  assert.equal(seen[0].headers.text.toString(), "x");
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
  const records = await read([first, second], countOf(150));
  assert.equal(new Set(records.map((one) => `${one.topic} ${one.message.value}`)).size, 150);
});

check("produce: a record beyond max.message.bytes is refused", async () => {
  const topic = await newTopic(1, { "max.message.bytes": "1000" });
  const error = await producing({}, (it) => fails(() => it.send({ topic, messages: [{ value: "x".repeat(5000) }] })));
  assert.equal(error.type, "ERR_MSG_SIZE_TOO_LARGE");
});

check("produce: a topic that is not there is made for a producer", async () => {
  const topic = unique("made");
  await producing({ allowAutoTopicCreation: true }, (it) => it.send({ topic, messages: numbered(0, 3) }));
  assert.equal((await read([topic], countOf(3))).length, 3);
});

check("produce: idempotent", async () => {
  const topic = await newTopic(2);
  await producing({ idempotent: true }, (it) => Promise.all(Array.from({ length: 10 }, (_, index) => it.send({ topic, messages: numbered(index * 50, index * 50 + 50) }))));
  assert.equal(new Set(values(await read([topic], countOf(500)))).size, 500);
});

// --- offsets ------------------------------------------------------------------------------------------------

check("offsets: by time, of the begin and of the end", async () => {
  const topic = await newTopic(2);
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 20, (number) => ({ partition: number % 2, timestamp: String(1700000000000 + number) })) }));
  const numbers = (entries) => Object.fromEntries(entries.map(({ partition, offset }) => [partition, Number(offset)]));
  await admin(async (it) => {
    for (const isolationLevel of Object.values(IsolationLevel)) {
      const found = await it.fetchTopicOffsets(topic, { isolationLevel });
      assert.deepEqual(found.map((one) => [one.partition, one.low, one.high]).sort(), [[0, "0", "10"], [1, "0", "10"]]);
    }
    assert.deepEqual(numbers(await it.fetchTopicOffsetsByTimestamp(topic, 1700000000010)), { 0: 5, 1: 5 });
  });
});

check("offsets: seek goes back and forth", async () => {
  const topic = await newTopic();
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 20) }));
  const begin = (it) => it.seek({ topic, partition: 0, offset: "17" });
  const records = await read([topic], (seen) => values(seen).includes("19"), { begin });
  assert.deepEqual(values(records).slice(-3), ["17", "18", "19"]);
});

check("offsets: what was committed by hand is where the next one begins", async () => {
  const topic = await newTopic();
  const group = unique("group");
  await producing({}, (it) => it.send({ topic, messages: numbered(0, 20) }));
  await using(consumer(group, { autoCommit: false }), async (it) => {
    let seen = 0;
    await it.subscribe({ topics: [topic] });
    await it.run({ eachMessage: async () => { seen += 1; } });
    await eventually(() => seen === 20, "20 records");
    await it.commitOffsets([{ topic, partition: 0, offset: "12" }]);
    assert.equal((await it.committed([{ topic, partition: 0 }], 10_000))[0].offset, "12");
  });
  await admin(async (it) => {
    const [found] = await it.fetchOffsets({ groupId: group, topics: [topic], requireStableOffsets: true });
    assert.equal(found.partitions[0].offset, "12");
  });
  assert.deepEqual(values(await read([topic], countOf(8), { group })), range(12, 20));
});

// --- groups -------------------------------------------------------------------------------------------------

async function consumeAsMember(topic, it) {
  await it.connect();
  await it.subscribe({ topics: [topic] });
  await it.run({ eachMessage: async ({ message }) => tell({ value: message.value.toString() }) });
  const telling = setInterval(() => tell({ owned: it.assignment().map((one) => one.partition).sort() }), 100);
  process.once("SIGTERM", async () => {
    clearInterval(telling);
    await it.disconnect();
    tell({ left: true });
    process.exit();
  });
}
child(async function member(topic, group) {
  await consumeAsMember(topic, consumer(group));
});
child(async function cooperativeMember(topic, group) {
  await consumeAsMember(topic, consumer(group, { partitionAssigners: [PartitionAssigners.cooperativeSticky] }));
});
child(async function newMember(topic, groupId) {
  await consumeAsMember(topic, kafka.consumer({ kafkaJS: { groupId, fromBeginning: true }, "group.protocol": "consumer", "fetch.wait.max.ms": 200 }));
});

async function grouped(work) {
  const members = new Grouped(await newTopic(4));
  const write = async () => {
    await producing({}, (it) => it.send({ topic: members.topic, messages: numbered(...members.nextHundred(), (number) => ({ partition: number % 4 })) }));
    await members.allRead();
  };
  await work({ members, group: members.group, join: (...kind) => members.join(...kind), write });
}

for (const [kind, title] of [["member", ""], ["cooperativeMember", ", cooperatively"], ["newMember", " (KIP-848)"]]) {
  check(`group: members join and leave, and share the partitions${title}`, () =>
    grouped(async ({ members, join, write }) => {
      const first = join(kind);
      await members.shared(first);
      const second = join(kind);
      await members.shared(first, second);
      await write();
      await members.left(second);
      await members.shared(first);
      await write();
    }),
  );
}

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
      assert.ok((await it.listGroups()).groups.some((one) => one.groupId === group && one.protocolType === "consumer"));
      const [described] = (await it.describeGroups([group])).groups;
      assert.deepEqual([described.members.length, described.members[0].clientId], [1, "confluent-javascript"]);
      const busy = await fails(() => it.deleteGroups([group]));
      assert.equal((busy.groups?.[0].error ?? busy).type, "ERR_NON_EMPTY_GROUP");
      await members.left(only);
      await it.deleteGroups([group]);
      assert.ok(!(await it.listGroups()).groups.some((one) => one.groupId === group));
    }),
  ),
);

check("group: topics are found by a pattern", async () => {
  const stem = unique("pattern");
  const topics = [`${stem}-a`, `${stem}-b`, `other-${stem}`];
  await admin((it) => it.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1 })) }));
  await producing({}, (it) => it.sendBatch({ topicMessages: topics.map((topic) => ({ topic, messages: numbered(0, 5) })) }));
  const records = await read([new RegExp(`^${stem}-.*`)], countOf(10));
  assert.deepEqual([...new Set(records.map((one) => one.topic))].sort(), topics.slice(0, 2));
});

// --- transactions -------------------------------------------------------------------------------------------

const transactional = (transactionalId, work) => producing({ transactionalId }, work);

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
  assert.deepEqual(values(await read([topic], ended)), [...range(0, 10), ...range(20, 30), "end"]);
  assert.equal((await read([topic], ended, { options: { readUncommitted: true } })).length, 41);
});

check("transactions: offsets are committed with the records or not at all", async () => {
  const [source, target] = [await newTopic(), await newTopic()];
  const group = unique("group");
  await producing({}, (it) => it.send({ topic: source, messages: numbered(0, 10) }));
  await using(consumer(group, { autoCommit: false }), async (reader) => {
    let seen = 0;
    await reader.subscribe({ topics: [source] });
    await reader.run({ eachMessage: async () => { seen += 1; } });
    await eventually(() => seen === 10, "10 records");
    const at = async () => (await reader.committed([{ topic: source, partition: 0 }], 10_000))[0].offset;
    const before = await at();
    await transactional(unique("id"), async (it) => {
      for (const [offset, end] of [["5", "abort"], ["8", "commit"]]) {
        const transaction = await it.transaction();
        await transaction.send({ topic: target, messages: [{ value: offset }] });
        await transaction.sendOffsets({ consumer: reader, topics: [{ topic: source, partitions: [{ partition: 0, offset }] }] });
        await transaction[end]();
        assert.equal(await at(), end === "commit" ? "8" : before);
      }
    });
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
    assert.equal(error.type, "ERR__FENCED", error.message);
  });
  assert.deepEqual(values(await read([topic], countOf(1))), ["of the newer"]);
});

main();
