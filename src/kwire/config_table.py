"""The facts of every setting, a line each: name|type|default|valid values|when it may change.

Taken from Apache Kafka 4.3 (and 4.4 for topics). Valid values are `lowest,...,highest` or the words allowed. Defaults
are Kafka's but for a few that are kwire's own, which docs/differences.md names: one node needs no special settings.
"""

from __future__ import annotations

NOTHING = "(none)"
"""Stands for no default at all."""

BROKER = """\
add.partitions.to.txn.retry.backoff.max.ms|INT|100|0,...|read-only
add.partitions.to.txn.retry.backoff.ms|INT|20|1,...|read-only
advertised.listeners|LIST|(none)||read-only
alter.config.policy.class.name|CLASS|(none)||read-only
alter.log.dirs.replication.quota.window.num|INT|11|1,...|read-only
alter.log.dirs.replication.quota.window.size.seconds|INT|1|1,...|read-only
authorizer.class.name|STRING|||read-only
auto.create.topics.enable|BOOLEAN|true||read-only
auto.leader.rebalance.enable|BOOLEAN|true||read-only
background.threads|INT|10|1,...|cluster-wide
broker.heartbeat.interval.ms|INT|2000||read-only
broker.id|INT|-1||read-only
broker.rack|STRING|(none)||read-only
broker.session.timeout.ms|INT|9000||read-only
client.quota.callback.class|CLASS|(none)||read-only
cluster.id|STRING|(none)||read-only
compression.gzip.level|INT|-1|-1,...,9|cluster-wide
compression.lz4.level|INT|9|1,...,17|cluster-wide
compression.type|STRING|producer|uncompressed, zstd, lz4, snappy, gzip, producer|cluster-wide
compression.zstd.level|INT|3|-131072,...,22|cluster-wide
config.providers|LIST|||cluster-wide
connection.failed.authentication.delay.ms|INT|100|0,...|read-only
connections.max.idle.ms|LONG|600000||read-only
connections.max.reauth.ms|LONG|0||read-only
controlled.shutdown.enable|BOOLEAN|true||read-only
controller.listener.names|LIST|(none)||read-only
controller.quorum.append.linger.ms|INT|25|0,...|read-only
controller.quorum.auto.join.enable|BOOLEAN|false||read-only
controller.quorum.bootstrap.servers|LIST|||read-only
controller.quorum.election.backoff.max.ms|INT|1000|0,...|read-only
controller.quorum.election.timeout.ms|INT|1000|0,...|read-only
controller.quorum.fetch.max.bytes|INT|1048576|1,...|read-only
controller.quorum.fetch.snapshot.max.bytes|INT|1048576|1,...|read-only
controller.quorum.fetch.timeout.ms|INT|2000|0,...|read-only
controller.quorum.request.timeout.ms|INT|2000|0,...|read-only
controller.quorum.retry.backoff.ms|INT|20|0,...|read-only
controller.quorum.voters|LIST|||read-only
controller.quota.window.num|INT|11|1,...|read-only
controller.quota.window.size.seconds|INT|1|1,...|read-only
controller.socket.timeout.ms|INT|30000||read-only
cordoned.log.dirs|LIST|||per-broker
create.topic.policy.class.name|CLASS|(none)||read-only
default.replication.factor|INT|1||read-only
delegation.token.expiry.check.interval.ms|LONG|3600000|1,...|read-only
delegation.token.expiry.time.ms|LONG|86400000|1,...|read-only
delegation.token.max.lifetime.ms|LONG|604800000|1,...|read-only
delegation.token.secret.key|PASSWORD|(none)||read-only
delete.records.purgatory.purge.interval.requests|INT|1||read-only
delete.topic.enable|BOOLEAN|true||read-only
early.start.listeners|LIST|(none)||read-only
fetch.max.bytes|INT|57671680|1024,...|read-only
fetch.purgatory.purge.interval.requests|INT|1000||read-only
follower.fetch.last.tiered.offset.enable|BOOLEAN|false||cluster-wide
group.consumer.assignment.interval.ms|INT|1000|0,...|cluster-wide
group.consumer.assignors|LIST|uniform,range||read-only
group.consumer.heartbeat.interval.ms|INT|5000|1,...|read-only
group.consumer.max.assignment.interval.ms|INT|15000|0,...|read-only
group.consumer.max.heartbeat.interval.ms|INT|15000|1,...|read-only
group.consumer.max.session.timeout.ms|INT|60000|1,...|read-only
group.consumer.max.size|INT|2147483647|1,...|read-only
group.consumer.migration.policy|STRING|bidirectional||read-only
group.consumer.min.assignment.interval.ms|INT|0|0,...|read-only
group.consumer.min.heartbeat.interval.ms|INT|5000|1,...|read-only
group.consumer.min.session.timeout.ms|INT|45000|1,...|read-only
group.consumer.session.timeout.ms|INT|45000|1,...|read-only
group.coordinator.append.linger.ms|INT|-1|-1,...|read-only
group.coordinator.background.threads|INT|2|1,...|read-only
group.coordinator.cached.buffer.max.bytes|INT|1048588|524288,...|cluster-wide
group.coordinator.rebalance.protocols|LIST|classic,consumer,streams|consumer, classic, share, streams|read-only
group.coordinator.threads|INT|4|1,...|read-only
group.initial.rebalance.delay.ms|INT|0||read-only
group.max.session.timeout.ms|INT|1800000||read-only
group.max.size|INT|2147483647|1,...|read-only
group.min.session.timeout.ms|INT|6000||read-only
group.share.assignment.interval.ms|INT|1000|0,...|cluster-wide
group.share.assignors|LIST|simple||read-only
group.share.delivery.count.limit|INT|5|2,...,10|read-only
group.share.heartbeat.interval.ms|INT|5000|1,...|read-only
group.share.max.assignment.interval.ms|INT|15000|0,...|read-only
group.share.max.delivery.count.limit|INT|10|5,...,25|read-only
group.share.max.heartbeat.interval.ms|INT|15000|1,...|read-only
group.share.max.partition.max.record.locks|INT|4000|2000,...,10000|read-only
group.share.max.record.lock.duration.ms|INT|60000|30000,...,3600000|read-only
group.share.max.session.timeout.ms|INT|60000|1,...|read-only
group.share.max.share.sessions|INT|2000|1,...|read-only
group.share.max.size|INT|200|1,...,1000|read-only
group.share.min.assignment.interval.ms|INT|0|0,...|read-only
group.share.min.delivery.count.limit|INT|2|2,...,5|read-only
group.share.min.heartbeat.interval.ms|INT|5000|1,...|read-only
group.share.min.partition.max.record.locks|INT|100|100,...,2000|read-only
group.share.min.record.lock.duration.ms|INT|15000|1000,...,30000|read-only
group.share.min.session.timeout.ms|INT|45000|1,...|read-only
group.share.partition.max.record.locks|INT|2000|100,...,10000|read-only
group.share.record.lock.duration.ms|INT|30000|1000,...,3600000|read-only
group.share.session.timeout.ms|INT|45000|1,...|read-only
group.streams.assignment.interval.ms|INT|1000|0,...|cluster-wide
group.streams.heartbeat.interval.ms|INT|5000|1,...|read-only
group.streams.initial.rebalance.delay.ms|INT|3000|0,...|read-only
group.streams.max.assignment.interval.ms|INT|15000|0,...|read-only
group.streams.max.heartbeat.interval.ms|INT|15000|1,...|read-only
group.streams.max.session.timeout.ms|INT|60000|1,...|read-only
group.streams.max.size|INT|2147483647|1,...|read-only
group.streams.max.standby.replicas|INT|2|0,...|read-only
group.streams.min.assignment.interval.ms|INT|0|0,...|read-only
group.streams.min.heartbeat.interval.ms|INT|5000|1,...|read-only
group.streams.min.session.timeout.ms|INT|45000|1,...|read-only
group.streams.num.standby.replicas|INT|0|0,...|read-only
group.streams.session.timeout.ms|INT|45000|1,...|read-only
initial.broker.registration.timeout.ms|INT|60000||read-only
inter.broker.listener.name|STRING|(none)||read-only
kafka.metrics.polling.interval.secs|INT|10|1,...|read-only
kafka.metrics.reporters|LIST|||read-only
kwire.accept.any.replication.factor|BOOLEAN|false||read-only
leader.imbalance.check.interval.seconds|LONG|300|1,...|read-only
listener.security.protocol.map|STRING|SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT||per-broker
listeners|LIST|PLAINTEXT://127.0.0.1:9092||per-broker
log.cleaner.backoff.ms|LONG|15000|0,...|cluster-wide
log.cleaner.dedupe.buffer.size|LONG|134217728||cluster-wide
log.cleaner.delete.retention.ms|LONG|86400000|0,...|cluster-wide
log.cleaner.enable|BOOLEAN|true||read-only
log.cleaner.io.buffer.load.factor|DOUBLE|0.9||cluster-wide
log.cleaner.io.buffer.size|INT|524288|0,...|cluster-wide
log.cleaner.io.max.bytes.per.second|DOUBLE|1.7976931348623157E308||cluster-wide
log.cleaner.max.compaction.lag.ms|LONG|9223372036854775807|1,...|cluster-wide
log.cleaner.min.cleanable.ratio|DOUBLE|0.5|0,...,1|cluster-wide
log.cleaner.min.compaction.lag.ms|LONG|0|0,...|cluster-wide
log.cleaner.threads|INT|1|0,...|cluster-wide
log.cleanup.policy|LIST|delete|compact, delete|cluster-wide
log.dir.failure.timeout.ms|LONG|30000|1,...|read-only
log.dirs|LIST|./kwire-data||read-only
log.dir|LIST|/tmp/kafka-logs||read-only
log.flush.interval.messages|LONG|9223372036854775807|1,...|cluster-wide
log.flush.interval.ms|LONG|(none)||cluster-wide
log.flush.offset.checkpoint.interval.ms|INT|60000|0,...|read-only
log.flush.scheduler.interval.ms|LONG|9223372036854775807||read-only
log.flush.start.offset.checkpoint.interval.ms|INT|60000|0,...|read-only
log.index.interval.bytes|INT|4096|0,...|cluster-wide
log.index.size.max.bytes|INT|10485760|4,...|cluster-wide
log.local.retention.bytes|LONG|-2|-2,...|cluster-wide
log.local.retention.ms|LONG|-2|-2,...|cluster-wide
log.message.timestamp.after.max.ms|LONG|3600000|0,...|cluster-wide
log.message.timestamp.before.max.ms|LONG|9223372036854775807|0,...|cluster-wide
log.message.timestamp.type|STRING|CreateTime|CreateTime, LogAppendTime|cluster-wide
log.preallocate|BOOLEAN|false||cluster-wide
log.retention.bytes|LONG|-1||cluster-wide
log.retention.check.interval.ms|LONG|300000|1,...|read-only
log.retention.hours|INT|168||read-only
log.retention.minutes|INT|(none)||read-only
log.retention.ms|LONG|(none)||cluster-wide
log.roll.hours|INT|168|1,...|read-only
log.roll.jitter.hours|INT|0|0,...|read-only
log.roll.jitter.ms|LONG|(none)||cluster-wide
log.roll.ms|LONG|(none)||cluster-wide
log.segment.bytes|INT|1073741824|1048576,...|cluster-wide
log.segment.delete.delay.ms|LONG|60000|0,...|cluster-wide
max.connection.creation.rate|INT|2147483647|0,...|cluster-wide
max.connections.per.ip.overrides|STRING|||cluster-wide
max.connections.per.ip|INT|2147483647|0,...|cluster-wide
max.connections|INT|2147483647|0,...|cluster-wide
max.incremental.fetch.session.cache.slots|INT|1000|0,...|read-only
max.request.partition.size.limit|INT|2000|1,...|read-only
message.max.bytes|INT|1048588|0,...|cluster-wide
metadata.log.dir|STRING|(none)||read-only
metadata.log.max.record.bytes.between.snapshots|LONG|20971520|1,...|read-only
metadata.log.max.snapshot.interval.ms|LONG|3600000|0,...|read-only
metadata.log.segment.bytes|INT|1073741824|8388608,...|read-only
metadata.log.segment.ms|LONG|604800000||read-only
metadata.max.idle.interval.ms|INT|500|0,...|read-only
metadata.max.retention.bytes|LONG|104857600||read-only
metadata.max.retention.ms|LONG|604800000||read-only
metric.reporters|LIST|org.apache.kafka.common.metrics.JmxReporter||cluster-wide
metrics.num.samples|INT|2|1,...|read-only
metrics.recording.level|STRING|INFO||read-only
metrics.sample.window.ms|LONG|30000|1,...|read-only
min.insync.replicas|INT|1|1,...|cluster-wide
node.id|INT|1|0,...|read-only
num.io.threads|INT|8|1,...|cluster-wide
num.network.threads|INT|3|1,...|cluster-wide
num.partitions|INT|1|1,...|read-only
num.recovery.threads.per.data.dir|INT|2|1,...|cluster-wide
num.replica.alter.log.dirs.threads|INT|(none)||read-only
num.replica.fetchers|INT|1|1,...|cluster-wide
offset.metadata.max.bytes|INT|4096||read-only
offsets.commit.timeout.ms|INT|5000|1,...|read-only
offsets.load.buffer.size|INT|5242880|1,...|read-only
offsets.retention.check.interval.ms|LONG|600000|1,...|read-only
offsets.retention.minutes|INT|10080|1,...|read-only
offsets.topic.compression.codec|INT|0||read-only
offsets.topic.num.partitions|INT|50|1,...|read-only
offsets.topic.replication.factor|SHORT|1|1,...|read-only
offsets.topic.segment.bytes|INT|104857600|1,...|read-only
principal.builder.class|CLASS|org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder||per-broker
process.roles|LIST|broker,controller|broker, controller|read-only
producer.id.expiration.ms|INT|86400000|1,...|cluster-wide
producer.purgatory.purge.interval.requests|INT|1000||read-only
queued.max.request.bytes|LONG|-1||read-only
queued.max.requests|INT|500|1,...|read-only
quota.window.num|INT|11|1,...|read-only
quota.window.size.seconds|INT|1|1,...|read-only
remote.fetch.max.wait.ms|INT|500|1,...|cluster-wide
remote.list.offsets.request.timeout.ms|LONG|30000|1,...|cluster-wide
remote.log.index.file.cache.total.size.bytes|LONG|1073741824|1,...|cluster-wide
remote.log.manager.copier.thread.pool.size|INT|10|1,...|cluster-wide
remote.log.manager.copy.max.bytes.per.second|LONG|9223372036854775807|1,...|cluster-wide
remote.log.manager.copy.quota.window.num|INT|11|1,...|read-only
remote.log.manager.copy.quota.window.size.seconds|INT|1|1,...|read-only
remote.log.manager.expiration.thread.pool.size|INT|10|1,...|cluster-wide
remote.log.manager.fetch.max.bytes.per.second|LONG|9223372036854775807|1,...|cluster-wide
remote.log.manager.fetch.quota.window.num|INT|11|1,...|read-only
remote.log.manager.fetch.quota.window.size.seconds|INT|1|1,...|read-only
remote.log.manager.follower.thread.pool.size|INT|2|1,...|cluster-wide
remote.log.manager.task.interval.ms|LONG|30000|1,...|read-only
remote.log.manager.thread.pool.size|INT|2|1,...|read-only
remote.log.metadata.custom.metadata.max.bytes|INT|128|0,...|read-only
remote.log.metadata.manager.class.name|STRING|org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager||read-only
remote.log.metadata.manager.class.path|STRING|(none)||read-only
remote.log.metadata.manager.impl.prefix|STRING|rlmm.config.||read-only
remote.log.metadata.manager.listener.name|STRING|(none)||read-only
remote.log.reader.max.pending.tasks|INT|100|1,...|read-only
remote.log.reader.threads|INT|10|1,...|cluster-wide
remote.log.storage.manager.class.name|STRING|(none)||read-only
remote.log.storage.manager.class.path|STRING|(none)||read-only
remote.log.storage.manager.impl.prefix|STRING|rsm.config.||read-only
remote.log.storage.system.enable|BOOLEAN|false||read-only
replica.fetch.backoff.ms|INT|1000|0,...|read-only
replica.fetch.max.bytes|INT|1048576|0,...|read-only
replica.fetch.min.bytes|INT|1||read-only
replica.fetch.response.max.bytes|INT|10485760|0,...|read-only
replica.fetch.wait.max.ms|INT|500||read-only
replica.high.watermark.checkpoint.interval.ms|LONG|5000||read-only
replica.lag.time.max.ms|LONG|30000||read-only
replica.selector.class|STRING|(none)||read-only
replica.socket.receive.buffer.bytes|INT|65536||read-only
replica.socket.timeout.ms|INT|30000||read-only
replication.quota.window.num|INT|11|1,...|read-only
replication.quota.window.size.seconds|INT|1|1,...|read-only
request.timeout.ms|INT|30000||read-only
sasl.client.callback.handler.class|CLASS|(none)||read-only
sasl.enabled.mechanisms|LIST|GSSAPI||per-broker
sasl.jaas.config|PASSWORD|(none)||per-broker
sasl.kerberos.kinit.cmd|STRING|/usr/bin/kinit||per-broker
sasl.kerberos.min.time.before.relogin|LONG|60000||per-broker
sasl.kerberos.principal.to.local.rules|LIST|DEFAULT||per-broker
sasl.kerberos.service.name|STRING|(none)||per-broker
sasl.kerberos.ticket.renew.jitter|DOUBLE|0.05||per-broker
sasl.kerberos.ticket.renew.window.factor|DOUBLE|0.8||per-broker
sasl.login.callback.handler.class|CLASS|(none)||read-only
sasl.login.class|CLASS|(none)||read-only
sasl.login.connect.timeout.ms|INT|(none)||read-only
sasl.login.read.timeout.ms|INT|(none)||read-only
sasl.login.refresh.buffer.seconds|SHORT|300||per-broker
sasl.login.refresh.min.period.seconds|SHORT|60||per-broker
sasl.login.refresh.window.factor|DOUBLE|0.8||per-broker
sasl.login.refresh.window.jitter|DOUBLE|0.05||per-broker
sasl.login.retry.backoff.max.ms|LONG|10000||read-only
sasl.login.retry.backoff.ms|LONG|100||read-only
sasl.mechanism.controller.protocol|STRING|GSSAPI||read-only
sasl.mechanism.inter.broker.protocol|STRING|GSSAPI||per-broker
sasl.oauthbearer.assertion.algorithm|STRING|RS256||read-only
sasl.oauthbearer.assertion.claim.aud|STRING|(none)||read-only
sasl.oauthbearer.assertion.claim.exp.seconds|INT|300|0,...,86400|read-only
sasl.oauthbearer.assertion.claim.iss|STRING|(none)||read-only
sasl.oauthbearer.assertion.claim.jti.include|BOOLEAN|false||read-only
sasl.oauthbearer.assertion.claim.nbf.seconds|INT|60|0,...,3600|read-only
sasl.oauthbearer.assertion.claim.sub|STRING|(none)||read-only
sasl.oauthbearer.assertion.file|STRING|(none)||read-only
sasl.oauthbearer.assertion.private.key.file|STRING|(none)||read-only
sasl.oauthbearer.assertion.private.key.passphrase|PASSWORD|(none)||read-only
sasl.oauthbearer.assertion.template.file|STRING|(none)||read-only
sasl.oauthbearer.client.credentials.client.id|STRING|(none)||read-only
sasl.oauthbearer.client.credentials.client.secret|PASSWORD|(none)||read-only
sasl.oauthbearer.clock.skew.seconds|INT|30||read-only
sasl.oauthbearer.expected.audience|LIST|||read-only
sasl.oauthbearer.expected.issuer|STRING|(none)||read-only
sasl.oauthbearer.jwks.endpoint.refresh.ms|LONG|3600000||read-only
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms|LONG|10000||read-only
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms|LONG|100||read-only
sasl.oauthbearer.jwks.endpoint.url|STRING|(none)||read-only
sasl.oauthbearer.jwt.retriever.class|CLASS|org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever||read-only
sasl.oauthbearer.jwt.validator.class|CLASS|org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator||read-only
sasl.oauthbearer.scope.claim.name|STRING|scope||read-only
sasl.oauthbearer.scope|STRING|(none)||read-only
sasl.oauthbearer.sub.claim.name|STRING|sub||read-only
sasl.oauthbearer.token.endpoint.url|STRING|(none)||read-only
sasl.server.callback.handler.class|CLASS|(none)||read-only
sasl.server.max.receive.size|INT|524288||read-only
security.inter.broker.protocol|STRING|PLAINTEXT|PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL|read-only
security.providers|STRING|(none)||read-only
share.coordinator.append.linger.ms|INT|-1|-1,...|read-only
share.coordinator.cached.buffer.max.bytes|INT|1048588|524288,...|cluster-wide
share.coordinator.load.buffer.size|INT|5242880|1,...|read-only
share.coordinator.snapshot.update.records.per.snapshot|INT|500|0,...,500|read-only
share.coordinator.state.topic.compression.codec|INT|0||read-only
share.coordinator.state.topic.min.isr|SHORT|1|1,...|read-only
share.coordinator.state.topic.num.partitions|INT|50|1,...|read-only
share.coordinator.state.topic.replication.factor|SHORT|1|1,...|read-only
share.coordinator.state.topic.segment.bytes|INT|104857600|1,...|read-only
share.coordinator.threads|INT|1|1,...|read-only
share.coordinator.write.timeout.ms|INT|5000|1,...|read-only
share.fetch.purgatory.purge.interval.requests|INT|1000||read-only
socket.connection.setup.timeout.max.ms|LONG|30000||read-only
socket.connection.setup.timeout.ms|LONG|10000||read-only
socket.listen.backlog.size|INT|50|1,...|read-only
socket.receive.buffer.bytes|INT|102400||read-only
socket.request.max.bytes|INT|104857600|1,...|read-only
socket.send.buffer.bytes|INT|102400||read-only
ssl.allow.dn.changes|BOOLEAN|false||read-only
ssl.allow.san.changes|BOOLEAN|false||read-only
ssl.cipher.suites|LIST|||per-broker
ssl.client.auth|STRING|none|required, requested, none|per-broker
ssl.enabled.protocols|LIST|TLSv1.2,TLSv1.3||per-broker
ssl.endpoint.identification.algorithm|STRING|https||per-broker
ssl.engine.factory.class|CLASS|(none)||per-broker
ssl.key.password|PASSWORD|(none)||per-broker
ssl.keymanager.algorithm|STRING|SunX509||per-broker
ssl.keystore.certificate.chain|PASSWORD|(none)||per-broker
ssl.keystore.key|PASSWORD|(none)||per-broker
ssl.keystore.location|STRING|(none)||per-broker
ssl.keystore.password|PASSWORD|(none)||per-broker
ssl.keystore.type|STRING|JKS||per-broker
ssl.principal.mapping.rules|STRING|DEFAULT||read-only
ssl.protocol|STRING|TLSv1.3||per-broker
ssl.provider|STRING|(none)||per-broker
ssl.secure.random.implementation|STRING|(none)||per-broker
ssl.trustmanager.algorithm|STRING|PKIX||per-broker
ssl.truststore.certificates|PASSWORD|(none)||per-broker
ssl.truststore.location|STRING|(none)||per-broker
ssl.truststore.password|PASSWORD|(none)||per-broker
ssl.truststore.type|STRING|JKS||per-broker
telemetry.max.bytes|INT|1048576|1,...|read-only
transaction.abort.timed.out.transaction.cleanup.interval.ms|INT|10000|1,...|read-only
transaction.max.timeout.ms|INT|900000|1,...|read-only
transaction.partition.verification.enable|BOOLEAN|true||cluster-wide
transaction.remove.expired.transaction.cleanup.interval.ms|INT|3600000|1,...|read-only
transaction.state.log.load.buffer.size|INT|5242880|1,...|read-only
transaction.state.log.min.isr|INT|1|1,...|read-only
transaction.state.log.num.partitions|INT|50|1,...|read-only
transaction.state.log.replication.factor|SHORT|1|1,...|read-only
transaction.state.log.segment.bytes|INT|104857600|1,...|read-only
transaction.two.phase.commit.enable|BOOLEAN|false||read-only
transactional.id.expiration.ms|INT|604800000|1,...|read-only
unclean.leader.election.enable|BOOLEAN|false||cluster-wide
"""

TOPIC = """\
cleanup.policy|LIST|delete|compact, delete|
compression.gzip.level|INT|-1|-1,...,9|
compression.lz4.level|INT|9|1,...,17|
compression.type|STRING|producer|uncompressed, zstd, lz4, snappy, gzip, producer|
compression.zstd.level|INT|3|-131072,...,22|
delete.retention.ms|LONG|86400000|0,...|
errors.deadletterqueue.group.enable|BOOLEAN|false||
file.delete.delay.ms|LONG|60000|0,...|
flush.messages|LONG|9223372036854775807|1,...|
flush.ms|LONG|9223372036854775807|0,...|
follower.replication.throttled.replicas|LIST|||
index.interval.bytes|INT|4096|0,...|
leader.replication.throttled.replicas|LIST|||
local.retention.bytes|LONG|-2|-2,...|
local.retention.ms|LONG|-2|-2,...|
max.compaction.lag.ms|LONG|9223372036854775807|1,...|
max.message.bytes|INT|1048588|0,...|
message.timestamp.after.max.ms|LONG|3600000|0,...|
message.timestamp.before.max.ms|LONG|9223372036854775807|0,...|
message.timestamp.type|STRING|CreateTime|CreateTime, LogAppendTime|
min.cleanable.dirty.ratio|DOUBLE|0.5|0,...,1|
min.compaction.lag.ms|LONG|0|0,...|
min.insync.replicas|INT|1|1,...|
preallocate|BOOLEAN|false||
remote.log.copy.disable|BOOLEAN|false||
remote.log.delete.on.disable|BOOLEAN|false||
remote.storage.enable|BOOLEAN|false||
retention.bytes|LONG|-1||
retention.ms|LONG|604800000|-1,...|
segment.bytes|INT|1073741824|1048576,...|
segment.index.bytes|INT|10485760|4,...|
segment.jitter.ms|LONG|0|0,...|
segment.ms|LONG|604800000|1,...|
unclean.leader.election.enable|BOOLEAN|false||
"""

GROUP = """\
consumer.assignment.interval.ms|INT|1000|0,...|
consumer.heartbeat.interval.ms|INT|5000|1,...|
consumer.session.timeout.ms|INT|45000|1,...|
share.assignment.interval.ms|INT|1000|0,...|
share.auto.offset.reset|STRING|latest||
share.delivery.count.limit|INT|5|2,...|
share.heartbeat.interval.ms|INT|5000|1,...|
share.isolation.level|STRING|read_uncommitted|read_committed, read_uncommitted|
share.partition.max.record.locks|INT|2000|100,...|
share.record.lock.duration.ms|INT|30000|1000,...|
share.renew.acknowledge.enable|BOOLEAN|true||
share.session.timeout.ms|INT|45000|1,...|
streams.assignment.interval.ms|INT|1000|0,...|
streams.heartbeat.interval.ms|INT|5000|1,...|
streams.initial.rebalance.delay.ms|INT|3000|0,...|
streams.num.standby.replicas|INT|0|0,...|
streams.session.timeout.ms|INT|45000|1,...|
"""

CLIENT_METRICS = """\
interval.ms|INT|300000|100,...,3600000|
match|LIST|||
metrics|LIST|||
"""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "cleanup.policy": ("log.cleanup.policy",),
    "compression.gzip.level": ("compression.gzip.level",),
    "compression.lz4.level": ("compression.lz4.level",),
    "compression.type": ("compression.type",),
    "compression.zstd.level": ("compression.zstd.level",),
    "delete.retention.ms": ("log.cleaner.delete.retention.ms",),
    "file.delete.delay.ms": ("log.segment.delete.delay.ms",),
    "flush.messages": ("log.flush.interval.messages",),
    "flush.ms": (
        "log.flush.interval.ms",
        "log.flush.scheduler.interval.ms",
    ),
    "index.interval.bytes": ("log.index.interval.bytes",),
    "local.retention.bytes": ("log.local.retention.bytes",),
    "local.retention.ms": ("log.local.retention.ms",),
    "max.compaction.lag.ms": ("log.cleaner.max.compaction.lag.ms",),
    "max.message.bytes": ("message.max.bytes",),
    "message.timestamp.after.max.ms": ("log.message.timestamp.after.max.ms",),
    "message.timestamp.before.max.ms": ("log.message.timestamp.before.max.ms",),
    "message.timestamp.type": ("log.message.timestamp.type",),
    "min.cleanable.dirty.ratio": ("log.cleaner.min.cleanable.ratio",),
    "min.compaction.lag.ms": ("log.cleaner.min.compaction.lag.ms",),
    "min.insync.replicas": ("min.insync.replicas",),
    "preallocate": ("log.preallocate",),
    "retention.bytes": ("log.retention.bytes",),
    "retention.ms": (
        "log.retention.ms",
        "log.retention.minutes",
        "log.retention.hours",
    ),
    "segment.bytes": ("log.segment.bytes",),
    "segment.index.bytes": ("log.index.size.max.bytes",),
    "segment.jitter.ms": (
        "log.roll.jitter.ms",
        "log.roll.jitter.hours",
    ),
    "segment.ms": (
        "log.roll.ms",
        "log.roll.hours",
    ),
    "unclean.leader.election.enable": ("unclean.leader.election.enable",),
}
"""For a topic's setting, the broker's settings that are its default, the finest unit first."""

HONOURED = frozenset(
    (
        "advertised.listeners",
        "auto.create.topics.enable",
        "broker.id",
        "broker.rack",
        "cluster.id",
        "compression.gzip.level",
        "compression.lz4.level",
        "compression.type",
        "compression.zstd.level",
        "connections.max.idle.ms",
        "controller.listener.names",
        "default.replication.factor",
        "delete.topic.enable",
        "fetch.max.bytes",
        "group.initial.rebalance.delay.ms",
        "group.max.session.timeout.ms",
        "group.max.size",
        "group.min.session.timeout.ms",
        "inter.broker.listener.name",
        "kwire.accept.any.replication.factor",
        "listener.security.protocol.map",
        "listeners",
        "log.cleanup.policy",
        "log.dir",
        "log.dirs",
        "log.flush.offset.checkpoint.interval.ms",
        "log.index.interval.bytes",
        "log.index.size.max.bytes",
        "log.message.timestamp.after.max.ms",
        "log.message.timestamp.before.max.ms",
        "log.message.timestamp.type",
        "log.roll.hours",
        "log.roll.jitter.hours",
        "log.roll.jitter.ms",
        "log.roll.ms",
        "log.segment.bytes",
        "log.segment.delete.delay.ms",
        "max.connections",
        "max.connections.per.ip",
        "max.connections.per.ip.overrides",
        "max.request.partition.size.limit",
        "message.max.bytes",
        "metadata.log.segment.bytes",
        "min.insync.replicas",
        "node.id",
        "num.partitions",
        "offset.metadata.max.bytes",
        "offsets.retention.check.interval.ms",
        "offsets.retention.minutes",
        "offsets.topic.num.partitions",
        "offsets.topic.replication.factor",
        "offsets.topic.segment.bytes",
        "process.roles",
        "producer.id.expiration.ms",
        "replica.high.watermark.checkpoint.interval.ms",
        "socket.listen.backlog.size",
        "socket.receive.buffer.bytes",
        "socket.request.max.bytes",
        "socket.send.buffer.bytes",
    )
)
"""The broker's settings that kwire honours."""

HONOURED_TOPIC = frozenset(
    (
        "cleanup.policy",
        "compression.gzip.level",
        "compression.lz4.level",
        "compression.type",
        "compression.zstd.level",
        "file.delete.delay.ms",
        "index.interval.bytes",
        "max.message.bytes",
        "message.timestamp.after.max.ms",
        "message.timestamp.before.max.ms",
        "message.timestamp.type",
        "min.insync.replicas",
        "segment.bytes",
        "segment.index.bytes",
        "segment.jitter.ms",
        "segment.ms",
    )
)
"""The topics' settings that kwire honours."""
