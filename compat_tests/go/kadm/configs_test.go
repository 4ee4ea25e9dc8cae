package kadm_test

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// config returns one setting of a topic.
func config(t *testing.T, named, key string) kadm.Config {
	t.Helper()
	ctx, _, admin := client(t)
	described, err := admin.DescribeTopicConfigs(ctx, named)
	must(t, err)
	resource, err := described.On(named, nil)
	must(t, err)
	must(t, resource.Err)
	for _, each := range resource.Configs {
		if each.Key == key {
			return each
		}
	}
	t.Fatalf("%s has no %s", named, key)
	return kadm.Config{}
}

func alter(t *testing.T, named string, op kadm.IncrementalOp, key, value string) error {
	t.Helper()
	ctx, _, admin := client(t)
	answers, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: op, Name: key, Value: &value}}, named)
	must(t, err)
	answer, err := answers.On(named, nil)
	must(t, err)
	return answer.Err
}

func TestTopicConfigDefault(t *testing.T) {
	found := config(t, topic(t, 1, nil), "cleanup.policy")
	same(t, "value", found.MaybeValue(), "delete")
	same(t, "source", found.Source, kmsg.ConfigSourceDefaultConfig)
}

func TestTopicConfigSetAndDeleted(t *testing.T) {
	named := topic(t, 1, nil)
	must(t, alter(t, named, kadm.SetConfig, "retention.ms", "4321"))
	eventually(t, "4321", func() bool {
		found := config(t, named, "retention.ms")
		return found.MaybeValue() == "4321" && found.Source == kmsg.ConfigSourceDynamicTopicConfig
	})
	must(t, alter(t, named, kadm.DeleteConfig, "retention.ms", ""))
	eventually(t, "the default", func() bool {
		found := config(t, named, "retention.ms")
		return found.MaybeValue() == "604800000" && found.Source == kmsg.ConfigSourceDefaultConfig
	})
}

func TestTopicConfigAppendedAndSubtracted(t *testing.T) {
	named := topic(t, 1, map[string]*string{"cleanup.policy": kadm.StringPtr("delete")})
	must(t, alter(t, named, kadm.AppendConfig, "cleanup.policy", "compact"))
	eventually(t, "both", func() bool {
		found := config(t, named, "cleanup.policy")
		return found.MaybeValue() == "delete,compact"
	})
	must(t, alter(t, named, kadm.SubtractConfig, "cleanup.policy", "delete"))
	eventually(t, "compact alone", func() bool {
		found := config(t, named, "cleanup.policy")
		return found.MaybeValue() == "compact"
	})
}

func TestTopicConfigThatIsUnknownIsRefused(t *testing.T) {
	refused(t, alter(t, topic(t, 1, nil), kadm.SetConfig, "no.such.thing", "1"), kerr.InvalidConfig)
}

func TestTopicConfigWithABadValueIsRefused(t *testing.T) {
	refused(t, alter(t, topic(t, 1, nil), kadm.SetConfig, "segment.bytes", "many"), kerr.InvalidConfig)
}

func TestTopicConfigAppendToANumberIsRefused(t *testing.T) {
	refused(t, alter(t, topic(t, 1, nil), kadm.AppendConfig, "retention.ms", "1"), kerr.InvalidConfig)
}

func TestConfigOfATopicThatIsNotThere(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	refused(t, alter(t, named, kadm.SetConfig, "retention.ms", "1"), kerr.UnknownTopicOrPartition)
	described, err := admin.DescribeTopicConfigs(ctx, named)
	must(t, err)
	refused(t, described[0].Err, kerr.UnknownTopicOrPartition)
}

func TestTopicConfigOnlyValidated(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	value := "99"
	wanted := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}
	answers, err := admin.ValidateAlterTopicConfigs(ctx, wanted, named)
	must(t, err)
	must(t, answers[0].Err)
	found := config(t, named, "retention.ms")
	same(t, "retention.ms", found.MaybeValue(), "604800000")
}

func TestTopicConfigsAsAWholeState(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, map[string]*string{"retention.ms": kadm.StringPtr("1000")})
	value := "2000000"
	answers, err := admin.AlterTopicConfigsState(ctx, []kadm.AlterConfig{{Name: "segment.bytes", Value: &value}}, named)
	must(t, err)
	must(t, answers[0].Err)
	eventually(t, "the new state alone", func() bool {
		retention, segment := config(t, named, "retention.ms"), config(t, named, "segment.bytes")
		return retention.MaybeValue() == "604800000" && segment.MaybeValue() == value
	})
}

func TestBrokerConfigsTellTheirSource(t *testing.T) {
	ctx, _, admin := client(t)
	metadata, err := admin.BrokerMetadata(ctx)
	must(t, err)
	described, err := admin.DescribeBrokerConfigs(ctx, metadata.Brokers[0].NodeID)
	must(t, err)
	sources := map[string]kmsg.ConfigSource{}
	for _, each := range described[0].Configs {
		sources[each.Key] = each.Source
	}
	same(t, "log.initial.task.delay.ms", sources["log.initial.task.delay.ms"], kmsg.ConfigSourceStaticBrokerConfig)
	same(t, "log.retention.bytes", sources["log.retention.bytes"], kmsg.ConfigSourceDefaultConfig)
}

func TestBrokerConfigSetForAllAndDeleted(t *testing.T) {
	ctx, _, admin := client(t)
	metadata, err := admin.BrokerMetadata(ctx)
	must(t, err)
	value := "123456789"
	change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "log.retention.bytes", Value: &value}}
	answers, err := admin.AlterBrokerConfigs(ctx, change)
	must(t, err)
	must(t, answers[0].Err)
	holds := func(want string, source kmsg.ConfigSource) func() bool {
		return func() bool {
			described, err := admin.DescribeBrokerConfigs(ctx, metadata.Brokers[0].NodeID)
			if err != nil {
				return false
			}
			for _, each := range described[0].Configs {
				if each.Key == "log.retention.bytes" {
					return each.MaybeValue() == want && each.Source == source
				}
			}
			return false
		}
	}
	eventually(t, "a default of the cluster", holds(value, kmsg.ConfigSourceDynamicDefaultBrokerConfig))
	change[0].Op = kadm.DeleteConfig
	answers, err = admin.AlterBrokerConfigs(ctx, change)
	must(t, err)
	must(t, answers[0].Err)
	eventually(t, "the default again", holds("-1", kmsg.ConfigSourceDefaultConfig))
}

func TestBrokerConfigThatNeedsARestartIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	metadata, err := admin.BrokerMetadata(ctx)
	must(t, err)
	value := "/somewhere"
	change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "log.dirs", Value: &value}}
	answers, err := admin.AlterBrokerConfigs(ctx, change, metadata.Brokers[0].NodeID)
	must(t, err)
	refused(t, answers[0].Err, kerr.InvalidRequest)
}

func TestConfigResourcesAreListed(t *testing.T) {
	ctx, _, admin := client(t)
	named := topic(t, 1, nil)
	listed, err := admin.ListConfigResources(ctx, kadm.ConfigResourceTopic)
	must(t, err)
	for _, each := range listed.Resources {
		if each.Name == named {
			return
		}
	}
	t.Fatalf("%s is not among %d", named, len(listed.Resources))
}
