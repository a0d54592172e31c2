// OpenAI's model chooses the action, this program runs it:
//
//	connectorgen export tools-openai --strict --actions list_events,get_event > tools.json
//	OPENAI_API_KEY=… LIVESTORM_API_TOKEN=… go run . tools.json "Which events are about onboarding?"
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

func main() {
	ctx := context.Background()
	connector, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: os.Getenv("LIVESTORM_BASE_URL")})
	if err != nil {
		log.Fatal(err)
	}
	defer connector.Close()
	token := livestorm.APIToken(os.Getenv("LIVESTORM_API_TOKEN"))

	var tools []responses.ToolUnionParam // the file, as it is
	if file, err := os.ReadFile(os.Args[1]); err != nil {
		log.Fatal(err)
	} else if err := json.Unmarshal(file, &tools); err != nil {
		log.Fatal(err)
	}

	model := openai.NewClient() // reads OPENAI_API_KEY
	request := responses.ResponseNewParams{
		Model: openai.ChatModelGPT5_5,
		Tools: tools,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(os.Args[2])},
	}
	for {
		answer, err := model.Responses.New(ctx, request)
		if err != nil {
			log.Fatal(err)
		}
		var results responses.ResponseInputParam
		for _, item := range answer.Output {
			if item.Type != "function_call" {
				continue
			}
			call := item.AsFunctionCall()
			envelope := connector.Call(ctx, call.Name, token, []byte(call.Arguments))
			result := responses.ResponseInputItemParamOfFunctionCallOutput(string(envelope.JSON))
			result.OfFunctionCallOutput.CallID = openai.String(call.CallID)
			results = append(results, result)
		}
		if results == nil {
			fmt.Println(answer.OutputText())
			return
		}
		request.PreviousResponseID = openai.String(answer.ID)
		request.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: results}
	}
}
