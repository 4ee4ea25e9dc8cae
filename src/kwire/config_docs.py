"""What each setting means, in one line: read only when somebody asks (`kwire config`, DescribeConfigs).

A line of `_BROKER` and the others is name, two spaces, meaning.
"""

from __future__ import annotations

_BROKER = """\
add.partitions.to.txn.retry.backoff.max.ms  Longest time that a broker goes on retrying to add a partition to a transaction.
add.partitions.to.txn.retry.backoff.ms  Pause between such retries.
advertised.listeners  Addresses that clients are told to connect to, as NAME://HOST:PORT,...; the listeners themselves if empty.
alter.config.policy.class.name  Class that may refuse changes of settings.
alter.log.dirs.replication.quota.window.num  Samples kept for the quota of moves between log directories.
alter.log.dirs.replication.quota.window.size.seconds  Length of one such sample.
authorizer.class.name  Class that decides who may do what; empty lets everybody do everything.
auto.create.topics.enable  Make a topic when a client asks for the metadata of one that is not there.
auto.leader.rebalance.enable  Give leadership back to the preferred replicas from time to time.
background.threads  Threads for housekeeping.
broker.heartbeat.interval.ms  How often a broker tells the controller that it lives.
broker.id  Old name of node.id.
broker.rack  Rack or zone of this broker, told to clients.
broker.session.timeout.ms  Silence after which the controller fences a broker.
client.quota.callback.class  Class that sets the quotas of clients.
cluster.id  Identity of the cluster; a new data directory takes it over, or makes up one of its own when this is not set.
compression.gzip.level  Level for topics that are kept in gzip; -1 is the library's own.
compression.lz4.level  Level for topics that are kept in lz4.
compression.type  How topics keep batches: as the producer compressed them, uncompressed, or in one codec.
compression.zstd.level  Level for topics that are kept in zstd.
config.providers  Names of the sources that stand in for values such as ${file:...}.
connection.failed.authentication.delay.ms  Pause before a failed login is told to the client.
connections.max.idle.ms  Connections without traffic for so long are closed; -1 keeps them.
connections.max.reauth.ms  How long a login is good for; 0 for as long as the connection.
controlled.shutdown.enable  Hand leadership over before stopping.
controller.listener.names  Listeners that only controllers use; kwire does not serve them.
controller.quorum.append.linger.ms  How long the metadata's leader gathers records before it writes them.
controller.quorum.auto.join.enable  Let a controller join the voters by itself.
controller.quorum.bootstrap.servers  Addresses at which to find the controllers.
controller.quorum.election.backoff.max.ms  Longest pause before another election.
controller.quorum.election.timeout.ms  How long a candidate waits for votes.
controller.quorum.fetch.max.bytes  Most bytes of metadata in one fetch between controllers.
controller.quorum.fetch.snapshot.max.bytes  Most bytes of a metadata snapshot in one fetch.
controller.quorum.fetch.timeout.ms  Silence of the leader after which there is an election.
controller.quorum.request.timeout.ms  How long controllers wait for each other's answers.
controller.quorum.retry.backoff.ms  Pause before a controller asks again.
controller.quorum.voters  The controllers, as ID@HOST:PORT,...
controller.quota.window.num  Samples kept for the quota of changes to topics.
controller.quota.window.size.seconds  Length of one such sample.
controller.socket.timeout.ms  How long a broker waits for the controller's answer.
cordoned.log.dirs  Log directories that take no new partitions.
create.topic.policy.class.name  Class that may refuse new topics.
default.replication.factor  Replication factor of topics that do not say.
delegation.token.expiry.check.interval.ms  How often expired delegation tokens are looked for.
delegation.token.expiry.time.ms  How long a delegation token is good for without renewal.
delegation.token.max.lifetime.ms  How long a delegation token can be renewed.
delegation.token.secret.key  Secret that delegation tokens are signed with; without it there are none.
delete.records.purgatory.purge.interval.requests  Parked DeleteRecords requests between two sweeps.
delete.topic.enable  Let clients delete topics.
early.start.listeners  Listeners that open before the node is ready.
fetch.max.bytes  Most bytes in the answer to one fetch.
fetch.purgatory.purge.interval.requests  Parked fetches between two sweeps.
follower.fetch.last.tiered.offset.enable  A new follower begins after what tiered storage has.
group.consumer.assignment.interval.ms  Shortest time between two assignments of a consumer group.
group.consumer.assignors  Assignors of consumer groups, the default first.
group.consumer.heartbeat.interval.ms  How often members of consumer groups send heartbeats.
group.consumer.max.assignment.interval.ms  Largest assignment interval that a group may choose.
group.consumer.max.heartbeat.interval.ms  Largest heartbeat interval that a group may choose.
group.consumer.max.session.timeout.ms  Largest session timeout that a group may choose.
group.consumer.max.size  Most members of a consumer group.
group.consumer.migration.policy  Between which protocols a group may change while it has members.
group.consumer.min.assignment.interval.ms  Smallest assignment interval that a group may choose.
group.consumer.min.heartbeat.interval.ms  Smallest heartbeat interval that a group may choose.
group.consumer.min.session.timeout.ms  Smallest session timeout that a group may choose.
group.consumer.session.timeout.ms  Silence after which a member of a consumer group is out.
group.coordinator.append.linger.ms  How long a coordinator gathers records before it writes them.
group.coordinator.background.threads  Threads for the coordinator's slow work.
group.coordinator.cached.buffer.max.bytes  Largest buffer that a coordinator keeps for its next write.
group.coordinator.rebalance.protocols  Kinds of groups that are served.
group.coordinator.threads  Threads of the group coordinator.
group.initial.rebalance.delay.ms  How long the first rebalance of an empty group waits for more members.
group.max.session.timeout.ms  Largest session timeout that a member of a classic group may ask for.
group.max.size  Most members of a classic group.
group.min.session.timeout.ms  Smallest session timeout that a member of a classic group may ask for.
group.share.assignment.interval.ms  Shortest time between two assignments of a share group.
group.share.assignors  Assignors of share groups, the default first.
group.share.delivery.count.limit  How often a share group is given a record before it is given up.
group.share.heartbeat.interval.ms  How often members of share groups send heartbeats.
group.share.max.assignment.interval.ms  Largest assignment interval that a share group may choose.
group.share.max.delivery.count.limit  Largest delivery limit that a share group may choose.
group.share.max.heartbeat.interval.ms  Largest heartbeat interval that a share group may choose.
group.share.max.partition.max.record.locks  Largest number of records in flight that a share group may choose.
group.share.max.record.lock.duration.ms  Longest lock that a share group may choose.
group.share.max.session.timeout.ms  Largest session timeout that a share group may choose.
group.share.max.share.sessions  Most share sessions of a broker.
group.share.max.size  Most members of a share group.
group.share.min.assignment.interval.ms  Smallest assignment interval that a share group may choose.
group.share.min.delivery.count.limit  Smallest delivery limit that a share group may choose.
group.share.min.heartbeat.interval.ms  Smallest heartbeat interval that a share group may choose.
group.share.min.partition.max.record.locks  Smallest number of records in flight that a share group may choose.
group.share.min.record.lock.duration.ms  Shortest lock that a share group may choose.
group.share.min.session.timeout.ms  Smallest session timeout that a share group may choose.
group.share.partition.max.record.locks  Records of a partition that a share group may have in flight.
group.share.record.lock.duration.ms  How long a member of a share group has for a record.
group.share.session.timeout.ms  Silence after which a member of a share group is out.
group.streams.assignment.interval.ms  Shortest time between two assignments of a streams group.
group.streams.heartbeat.interval.ms  How often members of streams groups send heartbeats.
group.streams.initial.rebalance.delay.ms  How long the first assignment of a streams group waits for more members.
group.streams.max.assignment.interval.ms  Largest assignment interval that a streams group may choose.
group.streams.max.heartbeat.interval.ms  Largest heartbeat interval that a streams group may choose.
group.streams.max.session.timeout.ms  Largest session timeout that a streams group may choose.
group.streams.max.size  Most members of a streams group.
group.streams.max.standby.replicas  Most standby replicas that a streams group may choose.
group.streams.min.assignment.interval.ms  Smallest assignment interval that a streams group may choose.
group.streams.min.heartbeat.interval.ms  Smallest heartbeat interval that a streams group may choose.
group.streams.min.session.timeout.ms  Smallest session timeout that a streams group may choose.
group.streams.num.standby.replicas  Standby copies of each stateful task.
group.streams.session.timeout.ms  Silence after which a member of a streams group is out.
initial.broker.registration.timeout.ms  How long a starting broker tries to register with the controller.
inter.broker.listener.name  Listener on which brokers talk to each other; one node has no use for it.
kafka.metrics.polling.interval.secs  How often the old metrics reporters are asked.
kafka.metrics.reporters  Classes of the old metrics reporters.
kwire.accept.any.replication.factor  Take a replication factor that this cluster cannot give, as if it were given.
leader.imbalance.check.interval.seconds  How often leadership is checked for balance.
listener.security.protocol.map  Which protocol each listener name speaks, as NAME:PROTOCOL,...
listeners  Where to listen, as NAME://HOST:PORT,...; an empty host is every interface, port 0 lets the system pick.
log.cleaner.backoff.ms  Rest of the cleaner when there is nothing to clean.
log.cleaner.dedupe.buffer.size  Memory for the keys that cleaning has seen.
log.cleaner.delete.retention.ms  How long tombstones stay readable in compacted topics.
log.cleaner.enable  Clean compacted topics at all.
log.cleaner.io.buffer.load.factor  How full the cleaner's table of keys may get.
log.cleaner.io.buffer.size  Memory for reading and writing while cleaning.
log.cleaner.io.max.bytes.per.second  Most bytes that the cleaner reads and writes a second.
log.cleaner.max.compaction.lag.ms  Longest time that a record may stay uncompacted.
log.cleaner.min.cleanable.ratio  Share of a log that must be new before it is cleaned.
log.cleaner.min.compaction.lag.ms  Shortest time that a record stays uncompacted.
log.cleaner.threads  Threads that clean.
log.cleanup.policy  What happens to old records: delete, compact, both or neither.
log.dir.failure.timeout.ms  How long a broker may fail to report a broken directory before it stops.
log.dirs  Where the data is.
log.dir  Where the data is, when log.dirs does not say.
log.flush.interval.messages  Records after which a log is written through to the disk.
log.flush.interval.ms  Time after which a log is written through to the disk.
log.flush.offset.checkpoint.interval.ms  How often recovery points and log starts are written down.
log.flush.scheduler.interval.ms  How often logs that are due for a flush are looked for.
log.flush.start.offset.checkpoint.interval.ms  How often log starts are written down.
log.index.interval.bytes  Bytes of log between two entries of an index.
log.index.size.max.bytes  Room set aside for an index; a segment ends when it is full.
log.local.retention.bytes  What stays on local disk of a tiered partition.
log.local.retention.ms  How long records of tiered topics stay on local disk.
log.message.timestamp.after.max.ms  How far ahead of the broker's clock a record's time may be.
log.message.timestamp.before.max.ms  How far behind the broker's clock a record's time may be.
log.message.timestamp.type  Whose time records carry: the producer's, or that of the append.
log.preallocate  Take a segment's room on disk when it is begun.
log.retention.bytes  Size that a partition is kept under; -1 for any.
log.retention.check.interval.ms  How often logs are checked for what may go.
log.retention.hours  How long records are kept, in hours.
log.retention.minutes  How long records are kept, in minutes.
log.retention.ms  How long records are kept, in milliseconds; -1 for ever.
log.roll.hours  Age at which a segment ends, in hours.
log.roll.jitter.hours  Most that is taken off that age at random, in hours.
log.roll.jitter.ms  Most that is taken off a segment's age at random, in milliseconds.
log.roll.ms  Age at which a segment ends, in milliseconds.
log.segment.bytes  Size at which a segment ends.
log.segment.delete.delay.ms  How long deleted files stay on disk.
max.connection.creation.rate  Most new connections a second.
max.connections.per.ip.overrides  Other limits for some addresses, as HOST:COUNT,...
max.connections.per.ip  Most connections from one address.
max.connections  Most connections.
max.incremental.fetch.session.cache.slots  Fetch sessions that are remembered.
max.request.partition.size.limit  Most partitions in one answer of DescribeTopicPartitions.
message.max.bytes  Largest record batch, compressed, that a topic takes.
metadata.log.dir  Where the cluster's metadata is; the first of log.dirs if not set.
metadata.log.max.record.bytes.between.snapshots  Bytes of metadata after which a snapshot is made.
metadata.log.max.snapshot.interval.ms  Time after which a snapshot of the metadata is made.
metadata.log.segment.bytes  Size at which a segment of the metadata ends.
metadata.log.segment.ms  Age at which a segment of the metadata ends.
metadata.max.idle.interval.ms  How often an idle controller writes a record that says nothing.
metadata.max.retention.bytes  Size that metadata log and snapshots are kept under.
metadata.max.retention.ms  How long metadata log and snapshots are kept.
metric.reporters  Classes that report metrics.
metrics.num.samples  Samples kept of each metric.
metrics.recording.level  How much is measured.
metrics.sample.window.ms  Length of one sample.
min.insync.replicas  Replicas that must have a record before acks=all is answered.
node.id  Number of this node in the cluster.
num.io.threads  Threads that handle requests.
num.network.threads  Threads that read and write sockets.
num.partitions  Partitions of topics that do not say.
num.recovery.threads.per.data.dir  Threads that check logs after an unclean stop.
num.replica.alter.log.dirs.threads  Threads that move partitions between log directories.
num.replica.fetchers  Threads that fetch from each leader.
offset.metadata.max.bytes  Longest text that may go with a committed offset.
offsets.commit.timeout.ms  How long a commit may wait for its replicas.
offsets.load.buffer.size  Bytes read at a time when committed offsets are loaded.
offsets.retention.check.interval.ms  How often old committed offsets are looked for.
offsets.retention.minutes  How long the committed offsets of an empty group are kept.
offsets.topic.compression.codec  Codec of the records about groups, as a number.
offsets.topic.num.partitions  Partitions of __consumer_offsets.
offsets.topic.replication.factor  Replication factor of __consumer_offsets.
offsets.topic.segment.bytes  Size at which a segment of __consumer_offsets ends.
principal.builder.class  Class that makes a principal of a login.
process.roles  What this node is: broker, controller or both.
producer.id.expiration.ms  How long an idle producer's sequence is remembered.
producer.purgatory.purge.interval.requests  Parked produce requests between two sweeps.
queued.max.request.bytes  Most bytes of requests that wait; -1 for any.
queued.max.requests  Most requests that wait for a handler.
quota.window.num  Samples kept for clients' quotas.
quota.window.size.seconds  Length of one such sample.
remote.fetch.max.wait.ms  How long a fetch waits for tiered storage.
remote.list.offsets.request.timeout.ms  How long ListOffsets waits for tiered storage.
remote.log.index.file.cache.total.size.bytes  Room for indexes from tiered storage.
remote.log.manager.copier.thread.pool.size  Threads that copy segments to tiered storage.
remote.log.manager.copy.max.bytes.per.second  Most bytes a second that go to tiered storage.
remote.log.manager.copy.quota.window.num  Samples kept for that limit.
remote.log.manager.copy.quota.window.size.seconds  Length of one such sample.
remote.log.manager.expiration.thread.pool.size  Threads that delete from tiered storage.
remote.log.manager.fetch.max.bytes.per.second  Most bytes a second that come from tiered storage.
remote.log.manager.fetch.quota.window.num  Samples kept for that limit.
remote.log.manager.fetch.quota.window.size.seconds  Length of one such sample.
remote.log.manager.follower.thread.pool.size  Threads that prepare followers of tiered partitions.
remote.log.manager.task.interval.ms  How often segments are looked at for tiered storage.
remote.log.manager.thread.pool.size  Threads of tiered storage, as older versions counted them.
remote.log.metadata.custom.metadata.max.bytes  Most bytes that a tiered storage may keep with a segment.
remote.log.metadata.manager.class.name  Class that keeps the metadata of tiered storage.
remote.log.metadata.manager.class.path  Where that class is loaded from.
remote.log.metadata.manager.impl.prefix  Prefix of that class's own settings.
remote.log.metadata.manager.listener.name  Listener that that class connects to.
remote.log.reader.max.pending.tasks  Most reads of tiered storage that wait.
remote.log.reader.threads  Threads that read tiered storage.
remote.log.storage.manager.class.name  Class that is the tiered storage.
remote.log.storage.manager.class.path  Where that class is loaded from.
remote.log.storage.manager.impl.prefix  Prefix of that class's own settings.
remote.log.storage.system.enable  Have tiered storage.
replica.fetch.backoff.ms  Pause of a follower after a failed fetch.
replica.fetch.max.bytes  Bytes that a follower asks for of a partition.
replica.fetch.min.bytes  Bytes that a follower's fetch waits for.
replica.fetch.response.max.bytes  Bytes that a follower asks for in one fetch.
replica.fetch.wait.max.ms  Longest wait of a follower's fetch.
replica.high.watermark.checkpoint.interval.ms  How often high watermarks are written down.
replica.lag.time.max.ms  Lag after which a follower is not in sync.
replica.selector.class  Class that picks the replica that a consumer reads from.
replica.socket.receive.buffer.bytes  Receive buffer of a follower's connections.
replica.socket.timeout.ms  How long a follower waits on the network.
replication.quota.window.num  Samples kept for the quota of replication.
replication.quota.window.size.seconds  Length of one such sample.
request.timeout.ms  How long this node waits for another's answer.
sasl.client.callback.handler.class  Class that answers a SASL client's questions.
sasl.enabled.mechanisms  SASL mechanisms that are offered.
sasl.jaas.config  Login modules and what they are told.
sasl.kerberos.kinit.cmd  Path of kinit.
sasl.kerberos.min.time.before.relogin  Shortest time between two Kerberos logins.
sasl.kerberos.principal.to.local.rules  How Kerberos principals become short names.
sasl.kerberos.service.name  Kerberos principal name of the service.
sasl.kerberos.ticket.renew.jitter  Random share added to the time of a ticket's renewal.
sasl.kerberos.ticket.renew.window.factor  Share of a ticket's life after which it is renewed.
sasl.login.callback.handler.class  Class that answers a login module's questions.
sasl.login.class  Class that logs in.
sasl.login.connect.timeout.ms  How long to wait for a connection to an identity provider.
sasl.login.read.timeout.ms  How long to wait for an identity provider's answer.
sasl.login.refresh.buffer.seconds  Time that must be left when a credential is renewed.
sasl.login.refresh.min.period.seconds  Shortest time between two renewals.
sasl.login.refresh.window.factor  Share of a credential's life after which it is renewed.
sasl.login.refresh.window.jitter  Random share added to that time.
sasl.login.retry.backoff.max.ms  Longest pause between tries to reach an identity provider.
sasl.login.retry.backoff.ms  First pause between such tries.
sasl.mechanism.controller.protocol  SASL mechanism towards controllers.
sasl.mechanism.inter.broker.protocol  SASL mechanism between brokers.
sasl.oauthbearer.assertion.algorithm  Algorithm that signs an assertion.
sasl.oauthbearer.assertion.claim.aud  Audience that an assertion names.
sasl.oauthbearer.assertion.claim.exp.seconds  How long an assertion is good for.
sasl.oauthbearer.assertion.claim.iss  Issuer that an assertion names.
sasl.oauthbearer.assertion.claim.jti.include  Give an assertion an id of its own.
sasl.oauthbearer.assertion.claim.nbf.seconds  How long before its making an assertion is good already.
sasl.oauthbearer.assertion.claim.sub  Subject that an assertion names.
sasl.oauthbearer.assertion.file  File with a ready assertion.
sasl.oauthbearer.assertion.private.key.file  File with the key that signs assertions.
sasl.oauthbearer.assertion.private.key.passphrase  Passphrase of that key.
sasl.oauthbearer.assertion.template.file  File with claims and headers to begin from.
sasl.oauthbearer.client.credentials.client.id  Client id for the client credentials grant.
sasl.oauthbearer.client.credentials.client.secret  Its secret.
sasl.oauthbearer.clock.skew.seconds  Difference of clocks that is put up with.
sasl.oauthbearer.expected.audience  Audiences that a token may name.
sasl.oauthbearer.expected.issuer  Issuer that a token must name.
sasl.oauthbearer.jwks.endpoint.refresh.ms  How often the provider's keys are fetched.
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms  Longest pause between tries to fetch them.
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms  First pause between such tries.
sasl.oauthbearer.jwks.endpoint.url  Where the provider's keys are.
sasl.oauthbearer.jwt.retriever.class  Class that gets tokens.
sasl.oauthbearer.jwt.validator.class  Class that checks tokens.
sasl.oauthbearer.scope.claim.name  Claim that has the scope.
sasl.oauthbearer.scope  Scope to ask for.
sasl.oauthbearer.sub.claim.name  Claim that has the subject.
sasl.oauthbearer.token.endpoint.url  Where tokens come from.
sasl.server.callback.handler.class  Class that answers a SASL server's questions.
sasl.server.max.receive.size  Largest frame before and during login.
security.inter.broker.protocol  Protocol between brokers, when no listener is named for it.
security.providers  Classes that provide security algorithms.
share.coordinator.append.linger.ms  How long the share coordinator gathers records before it writes them.
share.coordinator.cached.buffer.max.bytes  Largest buffer that the share coordinator keeps for its next write.
share.coordinator.load.buffer.size  Bytes read at a time when share state is loaded.
share.coordinator.snapshot.update.records.per.snapshot  Updates after which the share coordinator writes a snapshot.
share.coordinator.state.topic.compression.codec  Codec of the records about share groups, as a number.
share.coordinator.state.topic.min.isr  min.insync.replicas of __share_group_state.
share.coordinator.state.topic.num.partitions  Partitions of __share_group_state.
share.coordinator.state.topic.replication.factor  Replication factor of __share_group_state.
share.coordinator.state.topic.segment.bytes  Size at which a segment of __share_group_state ends.
share.coordinator.threads  Threads of the share coordinator.
share.coordinator.write.timeout.ms  How long share state may wait for its replicas.
share.fetch.purgatory.purge.interval.requests  Parked share fetches between two sweeps.
socket.connection.setup.timeout.max.ms  Longest wait for a connection to another node.
socket.connection.setup.timeout.ms  First wait for a connection to another node.
socket.listen.backlog.size  Connections that may wait to be accepted.
socket.receive.buffer.bytes  Receive buffer of a connection; -1 leaves it to the system, as does not setting it.
socket.request.max.bytes  Largest request; a larger one closes the connection.
socket.send.buffer.bytes  Send buffer of a connection; -1 leaves it to the system, as does not setting it.
ssl.allow.dn.changes  Let a new keystore have another distinguished name.
ssl.allow.san.changes  Let a new keystore have other alternative names.
ssl.cipher.suites  TLS ciphers that are allowed; all if not set.
ssl.client.auth  Whether clients must show a certificate.
ssl.enabled.protocols  TLS versions that are allowed.
ssl.endpoint.identification.algorithm  How a server's name is checked against its certificate.
ssl.engine.factory.class  Class that makes TLS engines.
ssl.key.password  Password of the private key.
ssl.keymanager.algorithm  Algorithm of the key manager.
ssl.keystore.certificate.chain  Certificate chain, as PEM.
ssl.keystore.key  Private key, as PEM.
ssl.keystore.location  File with key and certificates.
ssl.keystore.password  Password of that file.
ssl.keystore.type  Format of that file.
ssl.principal.mapping.rules  How distinguished names become principals.
ssl.protocol  TLS version to begin with.
ssl.provider  Provider of TLS.
ssl.secure.random.implementation  Source of randomness for TLS.
ssl.trustmanager.algorithm  Algorithm of the trust manager.
ssl.truststore.certificates  Trusted certificates, as PEM.
ssl.truststore.location  File with trusted certificates.
ssl.truststore.password  Password of that file.
ssl.truststore.type  Format of that file.
telemetry.max.bytes  Largest push of metrics by a client.
transaction.abort.timed.out.transaction.cleanup.interval.ms  How often transactions that ran out of time are looked for.
transaction.max.timeout.ms  Longest timeout that a transaction may ask for.
transaction.partition.verification.enable  Check that a partition is in the transaction before it takes its records.
transaction.remove.expired.transaction.cleanup.interval.ms  How often transactional ids that nobody uses are looked for.
transaction.state.log.load.buffer.size  Bytes read at a time when transactions are loaded.
transaction.state.log.min.isr  min.insync.replicas of __transaction_state.
transaction.state.log.num.partitions  Partitions of __transaction_state.
transaction.state.log.replication.factor  Replication factor of __transaction_state.
transaction.state.log.segment.bytes  Size at which a segment of __transaction_state ends.
transaction.two.phase.commit.enable  Let clients take part in two-phase commits.
transactional.id.expiration.ms  How long a transactional id that nobody uses is remembered.
unclean.leader.election.enable  Let a replica that is not in sync lead when no other can, and lose records.
"""

_TOPIC = """\
cleanup.policy  What happens to old records: delete, compact, both or neither.
compression.gzip.level  Level when the topic is kept in gzip; -1 is the library's own.
compression.lz4.level  Level when the topic is kept in lz4.
compression.type  How batches are kept: as the producer compressed them, uncompressed, or in one codec.
compression.zstd.level  Level when the topic is kept in zstd.
delete.retention.ms  How long tombstones stay readable.
errors.deadletterqueue.group.enable  Let share groups write here what they give up.
file.delete.delay.ms  How long deleted files stay on disk.
flush.messages  Records after which the log is written through to the disk.
flush.ms  Time after which the log is written through to the disk.
follower.replication.throttled.replicas  Replicas whose followers are slowed down.
index.interval.bytes  Bytes of log between two entries of an index.
leader.replication.throttled.replicas  Replicas whose leaders are slowed down.
local.retention.bytes  What stays on local disk of a tiered partition; -2 is retention.bytes.
local.retention.ms  How long records stay on local disk when tiered; -2 is retention.ms.
max.compaction.lag.ms  Longest time that a record may stay uncompacted.
max.message.bytes  Largest record batch, compressed.
message.timestamp.after.max.ms  How far ahead of the broker's clock a record's time may be.
message.timestamp.before.max.ms  How far behind the broker's clock a record's time may be.
message.timestamp.type  Whose time records carry: the producer's, or that of the append.
min.cleanable.dirty.ratio  Share of the log that must be new before it is cleaned.
min.compaction.lag.ms  Shortest time that a record stays uncompacted.
min.insync.replicas  Replicas that must have a record before acks=all is answered.
preallocate  Take a segment's room on disk when it is begun.
remote.log.copy.disable  Copy nothing more to tiered storage.
remote.log.delete.on.disable  Delete what is tiered when tiering is turned off.
remote.storage.enable  Tier this topic.
retention.bytes  Size that a partition is kept under; -1 for any.
retention.ms  How long records are kept; -1 for ever.
segment.bytes  Size at which a segment ends.
segment.index.bytes  Room set aside for an index; a segment ends when it is full.
segment.jitter.ms  Most that is taken off a segment's age at random.
segment.ms  Age at which a segment ends.
unclean.leader.election.enable  Let a replica that is not in sync lead when no other can, and lose records.
"""

_GROUP = """\
consumer.assignment.interval.ms  Shortest time between two assignments of this consumer group.
consumer.heartbeat.interval.ms  How often members of this consumer group send heartbeats.
consumer.session.timeout.ms  Silence after which a member of this consumer group is out.
share.assignment.interval.ms  Shortest time between two assignments of this share group.
share.auto.offset.reset  Where this share group begins: latest, earliest, or a duration ago.
share.delivery.count.limit  How often this share group is given a record before it is given up.
share.heartbeat.interval.ms  How often members of this share group send heartbeats.
share.isolation.level  Whether this share group sees records of open and aborted transactions.
share.partition.max.record.locks  Records of a partition that this share group may have in flight.
share.record.lock.duration.ms  How long a member of this share group has for a record.
share.renew.acknowledge.enable  Let members of this share group ask for more time.
share.session.timeout.ms  Silence after which a member of this share group is out.
streams.assignment.interval.ms  Shortest time between two assignments of this streams group.
streams.heartbeat.interval.ms  How often members of this streams group send heartbeats.
streams.initial.rebalance.delay.ms  How long the first assignment of this streams group waits for more members.
streams.num.standby.replicas  Standby copies of each stateful task of this streams group.
streams.session.timeout.ms  Silence after which a member of this streams group is out.
"""

_CLIENT_METRICS = """\
interval.ms  How often clients push their metrics.
match  Which clients are asked, as NAME=PATTERN,...
metrics  Which metrics are wanted, as prefixes of their names.
"""


def _read(table: str) -> dict[str, str]:
    found = {}
    for line in table.splitlines():
        name, _, meaning = line.partition("  ")
        found[name] = meaning
    return found


DOCS: dict[str, dict[str, str]] = {
    "BROKER": _read(_BROKER),
    "TOPIC": _read(_TOPIC),
    "GROUP": _read(_GROUP),
    "CLIENT_METRICS": _read(_CLIENT_METRICS),
}
"""By scope and name."""
