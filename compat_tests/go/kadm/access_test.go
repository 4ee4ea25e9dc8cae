package kadm_test

import (
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func user(named string) kadm.ClientQuotaEntity {
	return kadm.ClientQuotaEntity{{Type: "user", Name: &named}}
}

// quotas returns what is set for one user.
func quotas(t *testing.T, named string) map[string]float64 {
	t.Helper()
	ctx, _, admin := client(t)
	exactly := []kadm.DescribeClientQuotaComponent{{Type: "user", MatchName: &named, MatchType: 0}}
	described, err := admin.DescribeClientQuotas(ctx, true, exactly)
	must(t, err)
	found := map[string]float64{}
	for _, each := range described {
		for _, value := range each.Values {
			found[value.Key] = value.Value
		}
	}
	return found
}

func setQuota(t *testing.T, entity kadm.ClientQuotaEntity, op kadm.AlterClientQuotaOp) error {
	t.Helper()
	ctx, _, admin := client(t)
	answers, err := admin.AlterClientQuotas(ctx, []kadm.AlterClientQuotaEntry{{Entity: entity, Ops: []kadm.AlterClientQuotaOp{op}}})
	must(t, err)
	return answers[0].Err
}

func TestQuotaSetAndRemoved(t *testing.T) {
	named := name(t)
	must(t, setQuota(t, user(named), kadm.AlterClientQuotaOp{Key: "producer_byte_rate", Value: 5e6}))
	eventually(t, "the quota", func() bool { return quotas(t, named)["producer_byte_rate"] == 5e6 })
	must(t, setQuota(t, user(named), kadm.AlterClientQuotaOp{Key: "producer_byte_rate", Remove: true}))
	eventually(t, "no quota", func() bool { return len(quotas(t, named)) == 0 })
}

func TestQuotaThatIsUnknownIsRefused(t *testing.T) {
	refused(t, setQuota(t, user(name(t)), kadm.AlterClientQuotaOp{Key: "patience", Value: 1}), kerr.InvalidRequest)
}

func TestQuotaForAnUnknownEntityIsRefused(t *testing.T) {
	named := name(t)
	entity := kadm.ClientQuotaEntity{{Type: "planet", Name: &named}}
	refused(t, setQuota(t, entity, kadm.AlterClientQuotaOp{Key: "producer_byte_rate", Value: 1}), kerr.InvalidRequest)
}

func TestQuotaOnlyValidated(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	ops := []kadm.AlterClientQuotaOp{{Key: "consumer_byte_rate", Value: 1e6}}
	answers, err := admin.ValidateAlterClientQuotas(ctx, []kadm.AlterClientQuotaEntry{{Entity: user(named), Ops: ops}})
	must(t, err)
	must(t, answers[0].Err)
	same(t, "quotas", len(quotas(t, named)), 0)
}

// scram returns the error with which a user is described, nil when there are credentials.
func scram(t *testing.T, named string) error {
	t.Helper()
	ctx, _, admin := client(t)
	described, err := admin.DescribeUserSCRAMs(ctx, named)
	must(t, err)
	return described[named].Err
}

func TestScramSetAndDeleted(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	wanted := kadm.UpsertSCRAM{User: named, Mechanism: kadm.ScramSha256, Iterations: 4096, Password: "secret"}
	answers, err := admin.AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{wanted})
	must(t, err)
	must(t, answers[named].Err)
	eventually(t, "credentials", func() bool { return scram(t, named) == nil })
	answers, err = admin.AlterUserSCRAMs(ctx, []kadm.DeleteSCRAM{{User: named, Mechanism: kadm.ScramSha256}}, nil)
	must(t, err)
	must(t, answers[named].Err)
	eventually(t, "no credentials", func() bool { return scram(t, named) == kerr.ResourceNotFound })
}

func TestScramOfSomebodyUnknown(t *testing.T) {
	refused(t, scram(t, name(t)), kerr.ResourceNotFound)
}

func TestScramDeletedWhereNoneIs(t *testing.T) {
	ctx, _, admin := client(t)
	named := name(t)
	answers, err := admin.AlterUserSCRAMs(ctx, []kadm.DeleteSCRAM{{User: named, Mechanism: kadm.ScramSha512}}, nil)
	must(t, err)
	refused(t, answers[named].Err, kerr.ResourceNotFound)
}

func TestAclsWithoutAnAuthorizerAreRefused(t *testing.T) {
	if os.Getenv("ACLS") == "on" {
		t.Skip("the server has an authorizer")
	}
	ctx, _, admin := client(t)
	some := kadm.NewACLs().Topics("a").Allow("User:me").AllowHosts().Operations(kadm.OpRead)
	made, err := admin.CreateACLs(ctx, some)
	must(t, err)
	refused(t, made[0].Err, kerr.SecurityDisabled)
	found, err := admin.DescribeACLs(ctx, some)
	must(t, err)
	refused(t, found[0].Err, kerr.SecurityDisabled)
	gone, err := admin.DeleteACLs(ctx, some)
	must(t, err)
	refused(t, gone[0].Err, kerr.SecurityDisabled)
}

func TestAclsMadeFoundAndDeleted(t *testing.T) {
	if os.Getenv("ACLS") != "on" {
		t.Skip("the server has no authorizer")
	}
	ctx, _, admin := client(t)
	named := name(t)
	some := kadm.NewACLs().Topics(named).ResourcePatternType(kadm.ACLPatternPrefixed).
		Allow("User:me").AllowHosts("10.0.0.1").Operations(kadm.OpRead, kadm.OpWrite)
	made, err := admin.CreateACLs(ctx, some)
	must(t, err)
	same(t, "made", len(made), 2)
	must(t, made[0].Err)
	count := func() int {
		found, err := admin.DescribeACLs(ctx, some)
		must(t, err)
		var all []kadm.DescribedACL
		for _, each := range found {
			must(t, each.Err)
			all = append(all, each.Described...)
		}
		for _, each := range all {
			same(t, "principal", each.Principal, "User:me")
			same(t, "host", each.Host, "10.0.0.1")
			same(t, "pattern", each.Pattern, kadm.ACLPatternPrefixed)
			same(t, "permission", each.Permission, kmsg.ACLPermissionTypeAllow)
		}
		return len(all)
	}
	eventually(t, "two of them", func() bool { return count() == 2 })
	gone, err := admin.DeleteACLs(ctx, some)
	must(t, err)
	deleted := 0
	for _, each := range gone {
		must(t, each.Err)
		deleted += len(each.Deleted)
	}
	same(t, "deleted", deleted, 2)
	eventually(t, "none of them", func() bool { return count() == 0 })
}

func TestAclWithABadPrincipalIsRefused(t *testing.T) {
	if os.Getenv("ACLS") != "on" {
		t.Skip("the server has no authorizer")
	}
	ctx, _, admin := client(t)
	some := kadm.NewACLs().Topics(name(t)).Allow("me").AllowHosts().Operations(kadm.OpRead)
	made, err := admin.CreateACLs(ctx, some)
	must(t, err)
	refused(t, made[0].Err, kerr.InvalidRequest)
}

func TestDelegationTokensAreRefusedWithoutAuthentication(t *testing.T) {
	ctx, _, admin := client(t)
	_, err := admin.CreateDelegationToken(ctx, kadm.CreateDelegationToken{})
	refused(t, err, kerr.DelegationTokenRequestNotAllowed)
	_, err = admin.DescribeDelegationTokens(ctx)
	refused(t, err, kerr.DelegationTokenRequestNotAllowed)
}

func TestApiVersions(t *testing.T) {
	ctx, _, admin := client(t)
	brokers, err := admin.ApiVersions(ctx)
	must(t, err)
	for _, broker := range brokers {
		must(t, broker.Err)
		most, there := broker.KeyMaxVersion(0)
		same(t, "Produce is there", there, true)
		if most < 11 {
			t.Fatalf("Produce up to version %d", most)
		}
		if _, raw := broker.Raw(), broker.Raw().FinalizedFeaturesEpoch; raw < 0 {
			t.Fatal("no finalized features")
		}
	}
}

func TestFeatureThatIsUnknownIsRefused(t *testing.T) {
	ctx, _, admin := client(t)
	wanted := kadm.FeatureUpdate{Feature: "no.such.thing", MaxVersionLevel: 1, UpgradeType: 1}
	answers, err := admin.UpdateFeatures(ctx, true, wanted)
	must(t, err)
	refused(t, answers.Error(), kerr.InvalidUpdateVersion)
}
