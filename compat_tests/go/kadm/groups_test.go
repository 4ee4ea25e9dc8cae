package kadm_test

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// member joins a group and reads until the test ends.
func member(t *testing.T, group, named string) {
	t.Helper()
	_, cl, _ := client(t, kgo.ConsumerGroup(group), kgo.ConsumeTopics(named), kgo.DisableAutoCommit(), kgo.ClientID("reader"))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			cl.PollFetches(ctx)
		}
	}()
	t.Cleanup(func() { cancel(); <-done; cl.Close() })
}

func commit(t *testing.T, group, named string, at int64) {
	t.Helper()
	ctx, _, admin := client(t)
	offsets := kadm.Offsets{}
	offsets.AddOffset(named, 0, at, -1)
	must(t, admin.CommitAllOffsets(ctx, group, offsets))
}

func TestOffsetsOfATopic(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 2, nil)
	before := time.Now().UnixMilli()
	produce(t, named, 4)
	first, err := admin.ListStartOffsets(ctx, named)
	must(t, err)
	end, err := admin.ListEndOffsets(ctx, named)
	must(t, err)
	committed, err := admin.ListCommittedOffsets(ctx, named)
	must(t, err)
	after, err := admin.ListOffsetsAfterMilli(ctx, before, named)
	must(t, err)
	newest, err := admin.ListMaxTimestampOffsets(ctx, named)
	must(t, err)
	same(t, "start", first[named][0].Offset, 0)
	same(t, "end", end[named][0].Offset, 4)
	same(t, "end of the other", end[named][1].Offset, 0)
	same(t, "committed", committed[named][0].Offset, 4)
	same(t, "after", after[named][0].Offset, 0)
	if got := newest[named][0]; got.Err != nil || got.Offset < 0 || got.Offset > 3 || got.Timestamp < before {
		t.Fatalf("newest: %+v", got)
	}
}

func TestOffsetsOfATopicThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	listed, err := admin.ListEndOffsets(ctx, named)
	must(t, err)
	refused(t, listed.Error(), kerr.UnknownTopicOrPartition)
}

func TestOffsetForLeaderEpoch(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	produce(t, named, 3)
	wanted := kadm.OffsetForLeaderEpochRequest{}
	wanted.Add(named, 0, 0)
	answers, err := admin.OffsetForLeaderEpoch(ctx, wanted)
	must(t, err)
	same(t, "end of epoch 0", answers[named][0].EndOffset, 3)
}

func TestDeleteRecords(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	produce(t, named, 5)
	before := kadm.Offsets{}
	before.AddOffset(named, 0, 3, -1)
	answers, err := admin.DeleteRecords(ctx, before)
	must(t, err)
	must(t, answers[named][0].Err)
	same(t, "low watermark", answers[named][0].LowWatermark, 3)
	first, err := admin.ListStartOffsets(ctx, named)
	must(t, err)
	same(t, "start", first[named][0].Offset, 3)
}

func TestDeleteRecordsBeyondTheEndIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	before := kadm.Offsets{}
	before.AddOffset(named, 0, 3, -1)
	answers, err := admin.DeleteRecords(ctx, before)
	must(t, err)
	refused(t, answers[named][0].Err, kerr.OffsetOutOfRange)
}

func TestCommitForAGroupAndFetch(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	commit(t, group, named, 7)
	found, err := admin.FetchOffsets(ctx, group)
	must(t, err)
	same(t, "committed", found[named][0].At, 7)
	many := admin.FetchManyOffsets(ctx, group, name(t))
	must(t, many.Error())
	same(t, "groups", len(many), 2)
	same(t, "committed, asked for many", many[group].Fetched[named][0].At, 7)
}

func TestCommitForATopicThatIsNotThereIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	offsets := kadm.Offsets{}
	offsets.AddOffset(name(t), 0, 1, -1)
	refused(t, admin.CommitAllOffsets(ctx, name(t), offsets), kerr.UnknownTopicOrPartition)
}

func TestCommitToAGroupWithMembersIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	member(t, group, named)
	stable(t, group)
	offsets := kadm.Offsets{}
	offsets.AddOffset(named, 0, 1, -1)
	refused(t, admin.CommitAllOffsets(ctx, group, offsets), kerr.UnknownMemberID)
}

func stable(t *testing.T, group string) kadm.DescribedGroup {
	t.Helper()
	ctx, _, admin := client(t)
	var found kadm.DescribedGroup
	eventually(t, "a stable group", func() bool {
		described, err := admin.DescribeGroups(ctx, group)
		found = described[group]
		return err == nil && found.State == "Stable"
	})
	return found
}

func TestLagOfAGroupWithoutMembers(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	produce(t, named, 6)
	commit(t, group, named, 2)
	lags, err := admin.Lag(ctx, group)
	must(t, err)
	lag := lags[group]
	must(t, lag.Error())
	same(t, "state", lag.State, "Empty")
	same(t, "lag", lag.Lag.Total(), 4)
}

func TestLagOfAGroupWithMembers(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	produce(t, named, 6)
	commit(t, group, named, 5)
	member(t, group, named)
	stable(t, group)
	lags, err := admin.Lag(ctx, group)
	must(t, err)
	found, there := lags[group].Lag.Lookup(named, 0)
	same(t, "there", there, true)
	same(t, "lag", found.Lag, 1)
	same(t, "who reads", found.Member.ClientID, "reader")
}

func TestGroupDescribed(t *testing.T) {
	group, named := name(t), topic(t, 3, nil)
	member(t, group, named)
	found := stable(t, group)
	same(t, "type", found.ProtocolType, "consumer")
	same(t, "members", len(found.Members), 1)
	same(t, "host", found.Members[0].ClientHost, "/127.0.0.1")
	assigned, ok := found.Members[0].Assigned.AsConsumer()
	same(t, "an assignment of a consumer", ok, true)
	same(t, "partitions", len(assigned.Topics[0].Partitions), 3)
}

func TestGroupThatIsNotThereIsDescribedAsDead(t *testing.T) {
	ctx, _, admin := client(t)
	group := name(t)
	described, err := admin.DescribeGroups(ctx, group)
	must(t, err)
	same(t, "state", described[group].State, "Dead")
	refused(t, described[group].Err, kerr.GroupIDNotFound)
}

func TestGroupsListedByState(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	commit(t, group, named, 1)
	empty, err := admin.ListGroups(ctx, "Empty")
	must(t, err)
	same(t, "empty", empty[group].State, "Empty")
	same(t, "its type", empty[group].GroupType, "classic")
	busy, err := admin.ListGroups(ctx, "Stable")
	must(t, err)
	_, there := busy[group]
	same(t, "among the stable ones", there, false)
}

func TestGroupsListedByType(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	commit(t, group, named, 1)
	classic, err := admin.ListGroupsByType(ctx, []string{"classic"})
	must(t, err)
	_, there := classic[group]
	same(t, "among the classic ones", there, true)
	modern, err := admin.ListGroupsByType(ctx, []string{"consumer"})
	must(t, err)
	_, there = modern[group]
	same(t, "among those of the consumer protocol", there, false)
}

func TestDeleteGroup(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	commit(t, group, named, 1)
	_, err := admin.DeleteGroup(ctx, group)
	must(t, err)
	found, err := admin.FetchOffsets(ctx, group)
	must(t, err)
	same(t, "offsets that stay", len(found), 0)
}

func TestDeleteGroupWithMembersIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	member(t, group, named)
	stable(t, group)
	_, err := admin.DeleteGroup(ctx, group)
	refused(t, err, kerr.NonEmptyGroup)
}

func TestDeleteGroupThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	_, err := admin.DeleteGroup(ctx, name(t))
	refused(t, err, kerr.GroupIDNotFound)
}

func TestDeleteOffsets(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	commit(t, group, named, 1)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	answers, err := admin.DeleteOffsets(ctx, group, set)
	must(t, err)
	must(t, answers[named][0])
	found, err := admin.FetchOffsets(ctx, group)
	must(t, err)
	same(t, "offsets that stay", len(found), 0)
}

func TestDeleteOffsetsOfASubscribedTopicIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	commit(t, group, named, 1)
	member(t, group, named)
	stable(t, group)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	answers, err := admin.DeleteOffsets(ctx, group, set)
	must(t, err)
	refused(t, answers[named][0], kerr.GroupSubscribedToTopic)
}

func TestRemoveAMemberThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	group, named := name(t), topic(t, 1, nil)
	member(t, group, named)
	stable(t, group)
	answers, err := admin.LeaveGroup(ctx, kadm.LeaveGroup(group).InstanceIDs("nobody"))
	must(t, err)
	refused(t, answers["nobody"].Err, kerr.UnknownMemberID)
}

func TestCoordinatorsOfGroups(t *testing.T) {
	ctx, _, admin := client(t)
	found := admin.FindGroupCoordinators(ctx, "one", "another")
	must(t, found.Error())
	same(t, "answers", len(found), 2)
}
