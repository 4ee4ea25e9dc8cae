// What an application does with @platformatic/kafka, as named cases.
"use strict";

const assert = require("node:assert/strict");
const {
  Admin, ConfigResourceTypes, Consumer, FetchIsolationLevels, FindCoordinatorKeyTypes, IncrementalAlterConfigOperationTypes, ListOffsetTimestamps,
  MessagesStreamFallbackModes, MessagesStreamModes, Producer, ProduceAcks, stringDeserializers, stringSerializers,
} = require("@platformatic/kafka");
const { Grouped, bootstrap, check, child, eventually, fails, main, tell, unique } = require("./cases.js");

const BASE = { clientId: "platformatic", bootstrapBrokers: [bootstrap], retries: 50, retryDelay: 100, metadataMaxAge: 1000 };
const GROUP = { sessionTimeout: 6000, heartbeatInterval: 300, rebalanceTimeout: 10_000, maxWaitTime: 200 };

async function using(client, work) {
  try {
    return await work(client);
  } finally {
    // Only consumers take a force: some of their streams may be open.
    await (client instanceof Consumer ? client.close(true) : client.close());
  }
}
const admin = (work) => using(new Admin(BASE), work);
const producing = (options, work) => using(new Producer({ ...BASE, serializers: stringSerializers, ...options }), work);
const consuming = (options, work) => using(new Consumer({ ...BASE, ...GROUP, groupId: unique("group"), deserializers: stringDeserializers, ...options }), work);

// Ask again what a broker cannot answer while a change of the metadata still spreads.
const settled = (ask) =>
  eventually(async () => {
    try {
      return [await ask()];
    } catch (error) {
      if (is(error, "UNKNOWN_TOPIC_OR_PARTITION")) return null;
      throw error;
    }
  }, "an answer").then(([answer]) => answer);

const is = (error, id) => error.apiId === id || (error.errors ?? []).some((one) => is(one, id)) || (error.cause ? is(error.cause, id) : false);
async function refused(id, work) {
  const error = await fails(work);
  if (!is(error, id)) throw error;
}

async function newTopic(partitions = 1, settings = {}) {
  const topic = unique("platformatic");
  const configs = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await admin(async (it) => {
    await it.createTopics({ topics: [topic], partitions, replicas: 1, configs });
    await settled(() => it.metadata({ topics: [topic], forceUpdate: true }));
  });
  return topic;
}

const numbered = (topic, from, to, more = () => ({})) =>
  Array.from({ length: to - from }, (_, index) => ({ topic, value: String(from + index), ...more(from + index) }));
const values = (records) => records.map((one) => one.value);
const range = (from, to) => Array.from({ length: to - from }, (_, index) => String(from + index));
const EARLIEST = { mode: MessagesStreamModes.COMMITTED, fallbackMode: MessagesStreamFallbackModes.EARLIEST };

// Reads with a group until `enough(records)`.
const read = (topics, enough, { options = {}, stream: how = EARLIEST } = {}) =>
  consuming(options, async (consumer) => {
    const records = [];
    const stream = await consumer.consume({ topics, ...how });
    for await (const message of stream) {
      records.push(message);
      if (enough(records)) break;
    }
    return records;
  });
const countOf = (count) => (records) => records.length >= count;

// --- administration -----------------------------------------------------------------------------------------

check("admin: topics are created, grown, listed and deleted", () =>
  admin(async (it) => {
    const topic = unique("topic");
    const [created] = await it.createTopics({ topics: [topic], partitions: 2, replicas: 1, configs: [{ name: "retention.ms", value: "-1" }] });
    assert.deepEqual([created.name, created.partitions, created.replicas, created.configuration["retention.ms"]], [topic, 2, 1, "-1"]);
    assert.match(created.id, /^[0-9a-f-]{36}$/);
    await refused("TOPIC_ALREADY_EXISTS", () => it.createTopics({ topics: [topic], partitions: 2, replicas: 1 }));
    await it.createPartitions({ topics: [{ name: topic, count: 4 }] });
    await eventually(async () => (await settled(() => it.metadata({ topics: [topic], forceUpdate: true }))).topics.get(topic).partitionsCount === 4, "four partitions");
    assert.ok((await it.listTopics()).includes(topic));
    await it.deleteTopics({ topics: [topic] });
    await eventually(async () => !(await it.listTopics()).includes(topic), "the topic gone");
  }),
);

check("admin: what cannot be done is refused with Kafka's words", async () => {
  const topic = await newTopic(3);
  await admin(async (it) => {
    await refused("INVALID_PARTITIONS", () => it.createPartitions({ topics: [{ name: topic, count: 2 }] }));
    await refused("INVALID_REPLICATION_FACTOR", () => it.createTopics({ topics: [unique("topic")], partitions: 1, replicas: 40 }));
    await refused("INVALID_TOPIC_EXCEPTION", () => it.createTopics({ topics: ["no spaces please"], partitions: 1, replicas: 1 }));
    await refused("UNKNOWN_TOPIC_OR_PARTITION", () => it.deleteTopics({ topics: [unique("never")] }));
  });
});

check("admin: settings of a topic are described and altered, one or all", async () => {
  const name = await newTopic(1, { "retention.ms": "60000" });
  const resourceType = ConfigResourceTypes.TOPIC;
  await admin(async (it) => {
    const described = async () => {
      const [found] = await it.describeConfigs({ includeSynonyms: true, includeDocumentation: true, resources: [{ resourceType, resourceName: name, configurationKeys: ["retention.ms", "cleanup.policy"] }] });
      return Object.fromEntries(found.configs.map((one) => [one.name, one]));
    };
    const before = await described();
    assert.equal(before["retention.ms"].value, "60000");
    assert.ok(before["retention.ms"].documentation.length > 10);
    await it.incrementalAlterConfigs({ resources: [{ resourceType, resourceName: name, configs: [{ name: "cleanup.policy", configOperation: IncrementalAlterConfigOperationTypes.SET, value: "compact" }] }] });
    await eventually(async () => (await described())["cleanup.policy"].value === "compact", "the new policy");
    assert.equal((await described())["retention.ms"].value, "60000");
    await it.alterConfigs({ resources: [{ resourceType, resourceName: name, configs: [{ name: "retention.ms", value: "70000" }] }] });
    await eventually(async () => (await described())["retention.ms"].value === "70000", "the new retention");
    assert.equal((await described())["cleanup.policy"].value, "delete");
    await refused("INVALID_CONFIG", () => it.incrementalAlterConfigs({ resources: [{ resourceType, resourceName: name, configs: [{ name: "retention.ms", configOperation: IncrementalAlterConfigOperationTypes.SET, value: "soon" }] }] }));
  });
});

check("admin: records before an offset are deleted", async () => {
  const topic = await newTopic();
  await producing({}, (it) => it.send({ messages: numbered(topic, 0, 10) }));
  const [found] = await admin((it) => it.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] }));
  assert.equal(found.partitions[0].lowWatermark, 4n);
  assert.deepEqual(values(await read([topic], countOf(6))), range(4, 10));
});

check("admin: coordinators are found", () =>
  admin(async (it) => {
    for (const keyType of [FindCoordinatorKeyTypes.GROUP, FindCoordinatorKeyTypes.TRANSACTION]) {
      const found = await it.findCoordinator({ keyType, keys: ["a", "b"] });
      assert.deepEqual(found.map((one) => one.key).sort(), ["a", "b"]);
    }
  }),
);

check("admin: log dirs of a topic", async () => {
  const topic = await newTopic(2);
  await producing({}, (it) => it.send({ messages: numbered(topic, 0, 10, () => ({ partition: 1 })) }));
  const [broker] = await admin((it) => it.describeLogDirs({ topics: [{ name: topic, partitions: [0, 1] }] }));
  const found = broker.results[0].topics.find((one) => one.name === topic).partitions;
  assert.deepEqual(found.map((one) => one.partitionIndex).sort(), [0, 1]);
  assert.ok(found.find((one) => one.partitionIndex === 1).partitionSize > 0n);
});

check("admin: quotas are set and described", () =>
  admin(async (it) => {
    const clientId = unique("client");
    const entity = [{ entityType: "client-id", entityName: clientId }];
    await it.alterClientQuotas({ entries: [{ entities: entity, ops: [{ key: "producer_byte_rate", value: 1000000, remove: false }] }] });
    const described = () => it.describeClientQuotas({ components: [{ entityType: "client-id", matchType: 0, match: clientId }] });
    const [found] = await eventually(async () => { const all = await described(); return all.length > 0 && all; }, "the quota");
    assert.deepEqual(found.values, [{ key: "producer_byte_rate", value: 1000000 }]);
  }),
);

check("admin: ACLs without an authorizer are refused", () =>
  admin((it) =>
    refused("SECURITY_DISABLED", () =>
      it.describeAcls({ filter: { resourceType: 2, resourceName: null, resourcePatternType: 1, principal: null, host: null, operation: 1, permissionType: 1 } }),
    ),
  ),
);

// --- produce and consume ------------------------------------------------------------------------------------

for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"]) {
  check(`produce: ${compression}`, async () => {
    const topic = await newTopic();
    await producing({ compression }, (it) => it.send({ messages: numbered(topic, 0, 500, (number) => ({ key: "k".repeat(number) })) }));
    const records = await read([topic], countOf(500));
    assert.deepEqual(values(records), range(0, 500));
    assert.equal(records[499].key.length, 499);
  });
}

for (const [name, acks] of Object.entries(ProduceAcks)) {
  check(`produce: acks ${name}`, async () => {
    const topic = await newTopic();
    await producing({ acks }, async (it) => {
      await it.send({ messages: numbered(topic, 0, 10) });
      const { offsets } = await it.send({ messages: numbered(topic, 10, 20) });
      if (acks !== 0) assert.equal(offsets[0].offset, 10n);
      assert.equal((await read([topic], countOf(20))).length, 20);
    });
  });
}

check("produce: keys, headers and times arrive as they were sent", async () => {
  const topic = await newTopic();
  await producing({}, (it) =>
    it.send({
      messages: [
        { topic, key: "ключ", value: "☃".repeat(1000), headers: { a: "1", b: "2" }, timestamp: 1700000000000n },
        { topic, key: "k", value: "", timestamp: 1700000000001n },
      ],
    }),
  );
  const [first, second] = await read([topic], countOf(2));
  assert.deepEqual([first.key, first.value, first.timestamp, [...first.headers]], ["ключ", "☃".repeat(1000), 1700000000000n, [["a", "1"], ["b", "2"]]]);
  assert.deepEqual([second.key, second.timestamp, second.offset], ["k", 1700000000001n, 1n]);
});

check("produce: to several topics and partitions at once", async () => {
  const [first, second] = [await newTopic(3), await newTopic(2)];
  await producing({}, (it) => it.send({ messages: [...numbered(first, 0, 90, (number) => ({ partition: number % 3 })), ...numbered(second, 0, 60, (number) => ({ key: `k${number % 7}` }))] }));
  const records = await read([first, second], countOf(150));
  assert.equal(new Set(records.map((one) => `${one.topic} ${one.value}`)).size, 150);
});

check("produce: a record beyond max.message.bytes is refused", async () => {
  const topic = await newTopic(1, { "max.message.bytes": "1000" });
  await producing({ retries: 0 }, (it) => refused("MESSAGE_TOO_LARGE", () => it.send({ messages: [{ topic, value: "x".repeat(5000) }] })));
});

check("produce: a topic that is not there is made for a producer", async () => {
  const topic = unique("made");
  await producing({ autocreateTopics: true }, (it) => it.send({ messages: numbered(topic, 0, 3) }));
  assert.equal((await read([topic], countOf(3))).length, 3);
});

check("produce: idempotent", async () => {
  const topic = await newTopic(2);
  await producing({ idempotent: true }, async (it) => {
    for (let from = 0; from < 500; from += 50) await it.send({ messages: numbered(topic, from, from + 50, (number) => ({ partition: number % 2 })) });
  });
  const records = await read([topic], countOf(500));
  assert.equal(new Set(values(records)).size, 500);
});

check("produce: as a stream of Node.js", async () => {
  const topic = await newTopic();
  await producing({}, async (it) => {
    const sink = it.asStream({ batchSize: 100, batchTime: 10 });
    const { Readable } = require("node:stream");
    await require("node:stream/promises").pipeline(Readable.from(numbered(topic, 0, 1000), { objectMode: true }), sink);
  });
  assert.deepEqual(values(await read([topic], countOf(1000))), range(0, 1000));
});

// --- offsets ------------------------------------------------------------------------------------------------

check("offsets: by time, of the begin, of the end and of the newest record", async () => {
  const topic = await newTopic(2);
  await producing({}, (it) => it.send({ messages: numbered(topic, 0, 20, (number) => ({ partition: number % 2, timestamp: BigInt(1700000000000 + (19 - number)) })) }));
  await admin(async (it) => {
    const at = async (timestamp) => {
      const [found] = await it.listOffsets({ topics: [{ name: topic, partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp })) }] });
      return found.partitions.sort((one, other) => one.partitionIndex - other.partitionIndex).map((one) => Number(one.offset));
    };
    assert.deepEqual(await at(ListOffsetTimestamps.EARLIEST), [0, 0]);
    assert.deepEqual(await at(ListOffsetTimestamps.LATEST), [10, 10]);
    assert.deepEqual(await at(ListOffsetTimestamps.MAX), [0, 0]);
    assert.deepEqual(await at(1700000000018n), [0, 0]);
    assert.deepEqual(await at(1900000000000n), [-1, -1]);
  });
});

check("offsets: a stream begins where it is told", async () => {
  const topic = await newTopic();
  await producing({}, (it) => it.send({ messages: numbered(topic, 0, 20) }));
  const stream = { mode: MessagesStreamModes.MANUAL, offsets: [{ topic, partition: 0, offset: 17n }] };
  assert.deepEqual(values(await read([topic], countOf(3), { stream })), ["17", "18", "19"]);
});

check("offsets: what was committed by hand is where the next one begins", async () => {
  const topic = await newTopic();
  const groupId = unique("group");
  await producing({}, (it) => it.send({ messages: numbered(topic, 0, 20) }));
  await consuming({ groupId, autocommit: false }, async (consumer) => {
    let seen = 0;
    for await (const message of await consumer.consume({ topics: [topic], ...EARLIEST })) {
      if ((seen += 1) === 12) {
        await message.commit();
        break;
      }
    }
    const committed = await consumer.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] });
    assert.deepEqual(committed.get(topic), [12n]);
  });
  assert.deepEqual(values(await read([topic], countOf(8), { options: { groupId } })), range(12, 20));
});

check("offsets: of a group are listed, altered and deleted", async () => {
  const topic = await newTopic();
  const groupId = unique("group");
  await producing({}, (it) => it.send({ messages: numbered(topic, 0, 10) }));
  await read([topic], countOf(10), { options: { groupId } });
  await admin(async (it) => {
    const at = async () => {
      const [group] = await it.listConsumerGroupOffsets({ groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }], requireStable: true });
      return Number(group.topics[0].partitions[0].committedOffset);
    };
    await it.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset: 3n }] }] });
    assert.equal(await at(), 3);
    assert.deepEqual(values(await read([topic], countOf(7), { options: { groupId } })), range(3, 10));
    await it.deleteConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionIndexes: [0] }] });
    assert.equal(await at(), -1);
  });
});

// --- groups -------------------------------------------------------------------------------------------------

async function consumeAsMember(topic, groupId, more) {
  const consumer = new Consumer({ ...BASE, ...(more.groupProtocol === "consumer" ? { maxWaitTime: 200 } : GROUP), groupId, deserializers: stringDeserializers, ...more });
  const owned = () => tell({ owned: (consumer.assignments ?? []).filter((one) => one.topic === topic).flatMap((one) => one.partitions).sort() });
  consumer.on("consumer:group:join", owned);
  consumer.on("consumer:heartbeat:end", owned);
  const stream = await consumer.consume({ topics: [topic], ...EARLIEST });
  stream.on("data", ({ value }) => tell({ value }));
  process.once("SIGTERM", async () => {
    await consumer.close(true);
    tell({ left: true });
    process.exit();
  });
}
child(async function member(topic, groupId) {
  await consumeAsMember(topic, groupId, {});
});
child(async function staticMember(topic, groupId, groupInstanceId) {
  await consumeAsMember(topic, groupId, { groupInstanceId });
});
child(async function newMember(topic, groupId) {
  await consumeAsMember(topic, groupId, { groupProtocol: "consumer" });
});

async function grouped(work) {
  const members = new Grouped(await newTopic(4));
  const write = async () => {
    await producing({}, (it) => it.send({ messages: numbered(members.topic, ...members.nextHundred(), (number) => ({ partition: number % 4 })) }));
    await members.allRead();
  };
  await work({ members, group: members.group, join: (...kind) => members.join(...kind), write });
}

for (const [kind, title] of [["member", ""], ["newMember", " (KIP-848)"]]) {
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

check("group: a static member that comes back takes its own place", () =>
  grouped(async ({ members, group, join, write }) => {
    const first = join("staticMember", "one");
    const second = join("staticMember", "two");
    await members.shared(first, second);
    await first.kill();
    const again = join("staticMember", "one");
    await members.shared(again, second);
    await write();
    const described = (await admin((it) => it.describeGroups({ groups: [group] }))).get(group);
    assert.deepEqual([...described.members.values()].map((one) => one.groupInstanceId).sort(), ["one", "two"]);
  }),
);

check("group: is listed and described, emptied by the admin, and deleted", () =>
  grouped(({ members, group, join }) =>
    admin(async (it) => {
      const only = join();
      await members.shared(only);
      const listed = (await it.listGroups({ states: ["Stable"], types: ["classic"] })).get(group);
      assert.deepEqual([listed.state, listed.protocolType], ["Stable", "consumer"]);
      const described = (await it.describeGroups({ groups: [group], includeAuthorizedOperations: true })).get(group);
      assert.deepEqual([described.state, described.members.size, [...described.members.values()][0].clientId], ["Stable", 1, "platformatic"]);
      await refused("NON_EMPTY_GROUP", () => it.deleteGroups({ groups: [group] }));
      await only.kill();
      await it.removeMembersFromConsumerGroup({ groupId: group, members: null });
      await eventually(async () => (await it.describeGroups({ groups: [group] })).get(group).state === "Empty", "an empty group");
      await it.deleteGroups({ groups: [group] });
      assert.ok(!(await it.listGroups({ types: ["classic"] })).has(group));
    }),
  ),
);

// --- transactions -------------------------------------------------------------------------------------------

const transactional = (transactionalId, work) => producing({ transactionalId, idempotent: true }, work);

check("transactions: an open one holds readers of committed records back", async () => {
  const topic = await newTopic();
  const end = (isolationLevel) =>
    admin(async (it) => {
      const partitions = [{ partitionIndex: 0, timestamp: ListOffsetTimestamps.LATEST }];
      const [found] = await it.listOffsets({ isolationLevel, topics: [{ name: topic, partitions }] });
      return Number(found.partitions[0].offset);
    });
  const ends = async () => [await end(FetchIsolationLevels.READ_COMMITTED), await end(FetchIsolationLevels.READ_UNCOMMITTED)];
  await transactional(unique("id"), async (it) => {
    const transaction = await it.beginTransaction();
    await transaction.send({ messages: numbered(topic, 0, 10) });
    await producing({}, (other) => other.send({ messages: [{ topic, value: "end" }] }));
    assert.deepEqual(await ends(), [0, 11]);
    await transaction.commit();
    await eventually(async () => (await ends()).join() === "12,12", "the marker"); // 11 records and the marker
  });
  const options = { isolationLevel: FetchIsolationLevels.READ_COMMITTED };
  assert.deepEqual(values(await read([topic], countOf(11), { options })), [...range(0, 10), "end"]);
});

check("transactions: offsets are committed with the records or not at all", async () => {
  const [source, target] = [await newTopic(), await newTopic()];
  const groupId = unique("group");
  await producing({}, (it) => it.send({ messages: numbered(source, 0, 10) }));
  await transactional(unique("id"), (producer) =>
    consuming({ groupId, autocommit: false }, async (consumer) => {
      const messages = [];
      for await (const message of await consumer.consume({ topics: [source], ...EARLIEST })) {
        messages.push(message);
        if (messages.length === 10) break;
      }
      const at = async () => (await consumer.listCommittedOffsets({ topics: [{ topic: source, partitions: [0] }] })).get(source)[0];
      for (const [last, end, expected] of [[4, "abort", -1n], [7, "commit", 8n]]) {
        const transaction = await producer.beginTransaction();
        await transaction.addConsumer(consumer);
        await transaction.send({ messages: [{ topic: target, value: String(last) }] });
        await transaction.addOffset(messages[last]);
        await transaction[end]();
        await eventually(async () => (await at()) === expected, `offset ${expected} after ${end}`);
      }
    }),
  );
  assert.deepEqual(values(await read([target], countOf(1))), ["7"]);
});

// This client asks for its id as one that had it before, so that it is refused where others would fence.
check("transactions: a second producer of the same id is refused, and the first goes on", async () => {
  const topic = await newTopic();
  const id = unique("id");
  const committed = async (producer, value) => {
    const transaction = await producer.beginTransaction();
    await transaction.send({ messages: [{ topic, value }] });
    await transaction.commit();
  };
  await transactional(id, async (first) => {
    await committed(first, "one");
    await transactional(id, (second) => refused("PRODUCER_FENCED", () => committed(second, "of the second")));
    await committed(first, "two");
  });
  assert.deepEqual(values(await read([topic], countOf(2))), ["one", "two"]);
});

main();
