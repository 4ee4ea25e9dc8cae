package kadm_test

import (
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// open begins a transaction with one record, and ends it after the test.
func open(t *testing.T, named string) string {
	t.Helper()
	id := name(t)
	ctx, cl, _ := client(t, kgo.TransactionalID(id), kgo.DefaultProduceTopic(named))
	must(t, cl.BeginTransaction())
	must(t, cl.ProduceSync(ctx, kgo.StringRecord("in doubt")).FirstErr())
	t.Cleanup(func() {
		again, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		_ = cl.EndTransaction(again, kgo.TryAbort)
	})
	return id
}

func TestTransactionDescribed(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	id := open(t, named)
	described, err := admin.DescribeTransactions(ctx, id)
	must(t, err)
	found := described[id]
	must(t, found.Err)
	same(t, "state", found.State, "Ongoing")
	same(t, "its partition", found.Topics.Lookup(named, 0), true)
}

func TestTransactionThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	id := name(t)
	described, err := admin.DescribeTransactions(ctx, id)
	must(t, err)
	refused(t, described[id].Err, kerr.TransactionalIDNotFound)
}

func TestTransactionsListedByState(t *testing.T) {
	ctx, _, admin := client(t)
	id := open(t, topic(t, 1, nil))
	ongoing, err := admin.ListTransactions(ctx, nil, []string{"Ongoing"})
	must(t, err)
	same(t, "state", ongoing[id].State, "Ongoing")
	ended, err := admin.ListTransactions(ctx, nil, []string{"CompleteCommit"})
	must(t, err)
	_, there := ended[id]
	same(t, "among those that ended", there, false)
}

func TestTransactionsListedByPattern(t *testing.T) {
	ctx, _, admin := client(t)
	id := open(t, topic(t, 1, nil))
	found, err := admin.ListTransactionsByTxPattern(ctx, nil, nil, id[:len(id)-2]+".*")
	must(t, err)
	same(t, "found", len(found), 1)
	_, err = admin.ListTransactionsByTxPattern(ctx, nil, nil, "(")
	refused(t, err, kerr.InvalidRegularExpression)
}

func TestProducersOfAPartition(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	open(t, named)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	described, err := admin.DescribeProducers(ctx, set)
	must(t, err)
	partition := described[named].Partitions[0]
	must(t, partition.Err)
	same(t, "producers", len(partition.ActiveProducers), 1)
	for _, producer := range partition.ActiveProducers {
		same(t, "its transaction begins at", producer.CurrentTxnStartOffset, 0)
		same(t, "its last sequence", producer.LastSequence, 0)
	}
}

func TestReadersOfCommittedRecordsWait(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	produce(t, named, 2)
	open(t, named)
	committed, err := admin.ListCommittedOffsets(ctx, named)
	must(t, err)
	end, err := admin.ListEndOffsets(ctx, named)
	must(t, err)
	same(t, "last stable offset", committed[named][0].Offset, 2)
	same(t, "end", end[named][0].Offset, 3)
}

func TestHangingTransactionIsAbortedByMarkers(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	id := open(t, named)
	described, err := admin.DescribeTransactions(ctx, id)
	must(t, err)
	set := kadm.TopicsSet{}
	set.Add(named, 0)
	producers, err := admin.DescribeProducers(ctx, set)
	must(t, err)
	for _, producer := range producers[named].Partitions[0].ActiveProducers {
		marker := kadm.TxnMarkers{
			ProducerID:       described[id].ProducerID,
			ProducerEpoch:    described[id].ProducerEpoch,
			Commit:           false,
			CoordinatorEpoch: max(producer.CoordinatorEpoch, 0),
			Topics:           set,
		}
		answers, err := admin.WriteTxnMarkers(ctx, marker)
		must(t, err)
		must(t, answers[marker.ProducerID].Topics[named].Partitions[0].Err)
	}
	eventually(t, "the last stable offset moves", func() bool {
		committed, err := admin.ListCommittedOffsets(ctx, named)
		return err == nil && committed[named][0].Offset == 2
	})
}

func TestCoordinatorsOfTransactions(t *testing.T) {
	ctx, _, admin := client(t)
	must(t, admin.FindTxnCoordinators(ctx, "one", "another").Error())
}
