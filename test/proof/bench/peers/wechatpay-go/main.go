// The same call by WeChat Pay's own Go SDK: signs, sends, verifies, parses, COUNT times.
package main

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

type secret struct {
	Mchid         string            `json:"mchid"`
	SerialNo      string            `json:"serial_no"`
	PrivateKey    string            `json:"private_key"`
	WechatpayKeys map[string]string `json:"wechatpay_keys"`
}

type syncBody struct {
	Appid     string     `json:"appid"`
	ServiceID string     `json:"service_id"`
	Type      string     `json:"type"`
	Detail    syncDetail `json:"detail"`
}

type syncDetail struct {
	PaidTime string `json:"paid_time"`
}

type syncAnswer struct {
	OrderID string `json:"order_id"`
}

func main() {
	count, err := strconv.Atoi(os.Args[1])
	check(err)
	var s secret
	check(json.Unmarshal([]byte(os.Getenv("BENCH_SECRET")), &s))
	var work struct {
		Target string   `json:"target"`
		Body   syncBody `json:"body"`
	}
	check(json.Unmarshal([]byte(os.Getenv("BENCH_CALL")), &work))
	privateKey, err := utils.LoadPrivateKey(s.PrivateKey)
	check(err)
	ctx := context.Background()
	client, err := core.NewClient(ctx,
		option.WithMerchantCredential(s.Mchid, s.SerialNo, privateKey),
		verifier(s.WechatpayKeys))
	check(err)
	url := os.Getenv("WECHATPAY_ORIGIN") + work.Target
	for range count {
		check(call(ctx, client, url, work.Body))
	}
}

func verifier(keys map[string]string) core.ClientOption {
	for id, pem := range keys {
		key, err := utils.LoadPublicKey(pem)
		check(err)
		return option.WithVerifier(newVerifier(id, key))
	}
	panic("no key of WeChat Pay")
}

func newVerifier(id string, key *rsa.PublicKey) *verifiers.SHA256WithRSAPubkeyVerifier {
	return verifiers.NewSHA256WithRSAPubkeyVerifier(id, *key)
}

func call(ctx context.Context, client *core.Client, url string, body syncBody) error {
	result, err := client.Post(ctx, url, body)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(result.Response.Body)
	if err != nil {
		return err
	}
	var answer syncAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	if answer.OrderID == "" {
		return errors.New("the answer names no order")
	}
	return result.Response.Body.Close()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
