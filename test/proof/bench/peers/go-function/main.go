// What one would write instead in Go: a function of aws-lambda-go that reads the secret and makes one call by WeChat
// Pay's own SDK, without a ledger. Its handler is invoked as Lambda's loop invokes it: COUNT times, or step by step.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

const maxAge = 5 * time.Minute

type secret struct {
	Mchid         string            `json:"mchid"`
	SerialNo      string            `json:"serial_no"`
	PrivateKey    string            `json:"private_key"`
	WechatpayKeys map[string]string `json:"wechatpay_keys"`
}

type notice struct {
	Detail json.RawMessage `json:"detail"`
}

type syncBody struct {
	Appid     string          `json:"appid"`
	ServiceID string          `json:"service_id"`
	Type      string          `json:"type"`
	Detail    json.RawMessage `json:"detail"`
}

type syncAnswer struct {
	OrderID string `json:"order_id"`
}

type function struct {
	secrets *secretsmanager.Client
	client  *core.Client
	until   time.Time
}

// The answer is verified by the client: an error, unless WeChat Pay signed it.
func (f *function) handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	var answered events.APIGatewayV2HTTPResponse
	var told notice
	if err := json.Unmarshal([]byte(event.Body), &told); err != nil {
		return answered, err
	}
	client, err := f.clientOf(ctx, "payscore/"+event.PathParameters["mchid"])
	if err != nil {
		return answered, err
	}
	url := os.Getenv("WECHATPAY_ORIGIN") + "/v3/payscore/payafter-orders/" + event.PathParameters["out_order_no"] + "/sync"
	body := syncBody{os.Getenv("BENCH_APPID"), os.Getenv("BENCH_SERVICE_ID"), "Order_Paid", told.Detail}
	result, err := client.Post(ctx, url, body)
	if err != nil {
		return answered, err
	}
	defer result.Response.Body.Close()
	text, err := io.ReadAll(result.Response.Body)
	if err != nil {
		return answered, err
	}
	var answer syncAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		return answered, err
	}
	if answer.OrderID == "" {
		return answered, errors.New("the answer names no order")
	}
	headers := map[string]string{"content-type": "application/json"}
	return events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: headers, Body: string(text)}, nil
}

func (f *function) clientOf(ctx context.Context, id string) (*core.Client, error) {
	if f.client != nil && time.Now().Before(f.until) {
		return f.client, nil
	}
	read, err := f.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	if err != nil {
		return nil, err
	}
	var s secret
	if err := json.Unmarshal([]byte(*read.SecretString), &s); err != nil {
		return nil, err
	}
	privateKey, err := utils.LoadPrivateKey(s.PrivateKey)
	if err != nil {
		return nil, err
	}
	for keyID, pem := range s.WechatpayKeys {
		key, err := utils.LoadPublicKey(pem)
		if err != nil {
			return nil, err
		}
		f.client, err = core.NewClient(ctx,
			option.WithMerchantCredential(s.Mchid, s.SerialNo, privateKey),
			option.WithVerifier(verifiers.NewSHA256WithRSAPubkeyVerifier(keyID, *key)))
		if err != nil {
			return nil, err
		}
		f.until = time.Now().Add(maxAge)
		return f.client, nil
	}
	return nil, errors.New("no key of WeChat Pay")
}

func load(ctx context.Context) func() {
	settings, err := config.LoadDefaultConfig(ctx)
	check(err)
	f := &function{secrets: secretsmanager.NewFromConfig(settings)}
	handler := lambda.NewHandler(f.handle)
	event := []byte(os.Getenv("BENCH_NOTICE"))
	return func() {
		answer, err := handler.Invoke(ctx, event)
		check(err)
		var answered events.APIGatewayV2HTTPResponse
		check(json.Unmarshal(answer, &answered))
		if answered.StatusCode != 200 {
			panic(string(answer))
		}
	}
}

func main() {
	ctx := context.Background()
	if len(os.Args) > 1 {
		count, err := strconv.Atoi(os.Args[1])
		check(err)
		work := load(ctx)
		for range count {
			work()
		}
		return
	}
	var work func()
	fmt.Println("done")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "load":
			work = load(ctx)
		case "call":
			work()
		}
		fmt.Println("done")
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
