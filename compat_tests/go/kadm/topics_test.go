package kadm_test

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

func TestCreateTopicAnswersWhatItMade(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	made, err := admin.CreateTopic(ctx, 3, 1, map[string]*string{"retention.ms": kadm.StringPtr("1234")}, named)
	must(t, err)
	same(t, "partitions", made.NumPartitions, 3)
	same(t, "replicas", made.ReplicationFactor, 1)
	retention := made.Configs["retention.ms"]
	same(t, "retention.ms", retention.MaybeValue(), "1234")
	eventually(t, "three partitions under this id", func() bool {
		details, err := admin.ListTopics(ctx, named)
		return err == nil && details[named].ID == made.ID && len(details[named].Partitions) == 3
	})
	_, err = admin.DeleteTopic(ctx, named)
	must(t, err)
}

func TestCreateTopicTwiceIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	_, err := admin.CreateTopic(ctx, 1, 1, nil, topic(t, 1, nil))
	refused(t, err, kerr.TopicAlreadyExists)
}

func TestCreateTopicWithABadNameIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	_, err := admin.CreateTopic(ctx, 1, 1, nil, "no spaces please")
	refused(t, err, kerr.InvalidTopicException)
}

func TestCreateTopicWithABadConfigIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	made, err := admin.CreateTopic(ctx, 1, 1, map[string]*string{"retention.ms": kadm.StringPtr("soon")}, name(t))
	refused(t, err, kerr.InvalidConfig)
	if made.ErrMessage == "" {
		t.Fatal("nothing says what was wrong")
	}
}

func TestCreateTopicWithTooManyReplicasIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	_, err := admin.CreateTopic(ctx, 1, 7, nil, name(t))
	refused(t, err, kerr.InvalidReplicationFactor)
}

func TestCreateTopicOnlyValidated(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	answers, err := admin.ValidateCreateTopics(ctx, 2, 1, nil, named)
	must(t, err)
	must(t, answers[named].Err)
	details, err := admin.ListTopics(ctx, named)
	must(t, err)
	refused(t, details[named].Err, kerr.UnknownTopicOrPartition)
}

func TestDeleteTopicThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	_, err := admin.DeleteTopic(ctx, name(t))
	refused(t, err, kerr.UnknownTopicOrPartition)
}

func TestAddPartitions(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 2, nil)
	answers, err := admin.CreatePartitions(ctx, 3, named)
	must(t, err)
	must(t, answers[named].Err)
	eventually(t, "five partitions", func() bool {
		details, err := admin.ListTopics(ctx, named)
		return err == nil && len(details[named].Partitions) == 5
	})
}

func TestFewerPartitionsAreRefused(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 3, nil)
	answers, err := admin.UpdatePartitions(ctx, 2, named)
	must(t, err)
	refused(t, answers[named].Err, kerr.InvalidPartitions)
}

func TestInternalTopicsAreListedWhenAsked(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	commit := kadm.Offsets{}
	commit.AddOffset(named, 0, 0, -1)
	must(t, admin.CommitAllOffsets(ctx, name(t), commit))
	details, err := admin.ListTopicsWithInternal(ctx)
	must(t, err)
	same(t, "__consumer_offsets is internal", details["__consumer_offsets"].IsInternal, true)
	without, err := admin.ListTopics(ctx)
	must(t, err)
	same(t, "listed without asking", without.Has("__consumer_offsets"), false)
}

func TestBrokersAndCluster(t *testing.T) {
	ctx, _, admin := client(t)
	metadata, err := admin.BrokerMetadata(ctx)
	must(t, err)
	same(t, "brokers", len(metadata.Brokers), 1)
	same(t, "controller", metadata.Controller, metadata.Brokers[0].NodeID)
	if len(metadata.Cluster) != 22 {
		t.Fatalf("a cluster id has 22 characters: %q", metadata.Cluster)
	}
}

func TestElectionThatIsNotNeeded(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	answers, err := admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, set)
	must(t, err)
	refused(t, answers[named][0].Err, kerr.ElectionNotNeeded)
}

func TestElectionForATopicThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	answers, err := admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, set)
	must(t, err)
	refused(t, answers[named][0].Err, kerr.UnknownTopicOrPartition)
}

func TestReassignmentToWhereItIs(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	metadata, err := admin.BrokerMetadata(ctx)
	must(t, err)
	var wanted kadm.AlterPartitionAssignmentsReq
	wanted.Assign(named, 0, []int32{metadata.Brokers[0].NodeID})
	answers, err := admin.AlterPartitionAssignments(ctx, wanted)
	must(t, err)
	must(t, answers[named][0].Err)
}

func TestReassignmentToABrokerThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	var wanted kadm.AlterPartitionAssignmentsReq
	wanted.Assign(named, 0, []int32{77})
	answers, err := admin.AlterPartitionAssignments(ctx, wanted)
	must(t, err)
	refused(t, answers[named][0].Err, kerr.InvalidReplicaAssignment)
}

func TestReassignmentCancelledWhereNoneIs(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	var wanted kadm.AlterPartitionAssignmentsReq
	wanted.CancelAssign(named, 0)
	answers, err := admin.AlterPartitionAssignments(ctx, wanted)
	must(t, err)
	refused(t, answers[named][0].Err, kerr.NoReassignmentInProgress)
}

func TestReassignmentsNoneUnderWay(t *testing.T) {
	ctx, _, admin := client(t)
	set := kadm.TopicsSet{}
	set.Add(topic(t, 1, nil), 0)
	answers, err := admin.ListPartitionReassignments(ctx, set)
	must(t, err)
	same(t, "under way", len(answers), 0)
}

func TestLogDirsHaveTheTopicWithItsSize(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 2, nil)
	produce(t, named, 5)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	set.Add(named, 1)
	brokers, err := admin.DescribeAllLogDirs(ctx, set)
	must(t, err)
	same(t, "brokers", len(brokers), 1)
	for _, directories := range brokers {
		same(t, "directories", len(directories), 1)
		for _, directory := range directories {
			must(t, directory.Err)
			written, _ := directory.Topics.Lookup(named, 0)
			empty, there := directory.Topics.Lookup(named, 1)
			same(t, "the empty partition is there", there, true)
			same(t, "its size", empty.Size, 0)
			if written.Size < 5*70 {
				t.Fatalf("five batches in %d bytes", written.Size)
			}
			if directory.TotalBytes <= 0 || directory.UsableBytes <= 0 || directory.UsableBytes > directory.TotalBytes {
				t.Fatalf("of %d bytes %d are free", directory.TotalBytes, directory.UsableBytes)
			}
		}
	}
}

func TestLogDirsMoveToADirectoryThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	var wanted kadm.AlterReplicaLogDirsReq
	wanted.Add("/nowhere/at/all", kadm.TopicsSet{named: {0: {}}})
	answers, err := admin.AlterAllReplicaLogDirs(ctx, wanted)
	must(t, err)
	for _, broker := range answers {
		refused(t, broker[named][0].Err, kerr.LogDirNotFound)
	}
}
