// Anthropic's model chooses the action, this program runs it:
//
//	connectorgen export tools-anthropic --strict --actions list_events,get_event > tools.json
//	ANTHROPIC_API_KEY=… LIVESTORM_API_TOKEN=… go run . tools.json "Which events are about onboarding?"
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/anthropics/anthropic-sdk-go"

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

	var tools []anthropic.ToolUnionParam // the file, as it is
	if file, err := os.ReadFile(os.Args[1]); err != nil {
		log.Fatal(err)
	} else if err := json.Unmarshal(file, &tools); err != nil {
		log.Fatal(err)
	}

	model := anthropic.NewClient() // reads ANTHROPIC_API_KEY
	request := anthropic.MessageNewParams{
		Model:     anthropic.ModelClaudeSonnet4_6,
		MaxTokens: 4096,
		Tools:     tools,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(os.Args[2]))},
	}
	for {
		answer, err := model.Messages.New(ctx, request)
		if err != nil {
			log.Fatal(err)
		}
		var results []anthropic.ContentBlockParamUnion
		for _, block := range answer.Content {
			switch block := block.AsAny().(type) {
			case anthropic.TextBlock:
				fmt.Println(block.Text)
			case anthropic.ToolUseBlock:
				envelope := connector.Call(ctx, block.Name, token, block.Input)
				results = append(results, anthropic.NewToolResultBlock(block.ID, string(envelope.JSON), !envelope.Success()))
			}
		}
		if results == nil {
			return
		}
		request.Messages = append(request.Messages, answer.ToParam(), anthropic.NewUserMessage(results...))
	}
}
