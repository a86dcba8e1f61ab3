package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// These words are in few messages, so that searches have something to find.
const (
	rareWord     = "quokka"  // in one message of 100,000
	uncommonWord = "walrus"  // in one message of 1,000, as the state
	rareChinese  = "退货"      // in one message of 50,000
	commonWord   = "shipped" // in one message of seven
)

var (
	types     = []string{"order.created", "order.paid", "order.shipped", "payment.failed", "user.signed_in", "stock.level", "message"}
	states    = []string{"created", "paid", commonWord, "failed", "waiting", "returned", "closed"}
	customers = []string{"Meyer", "Okafor", "Tanaka", "Rossi", "Nowak", "Silva", "Dubois", "Khan", "Olsen", "Horvat", "Costa", "Novak"}
	cities    = []string{"Lisbon", "Lagos", "Osaka", "Turin", "Krakow", "Recife", "Lyon", "Lahore", "Bergen", "Zagreb", "Porto", "Brno"}
	notes     = []string{
		"left at the door", "call before delivery", "gift wrapping", "second attempt", "customer was not at home", "paid by card",
		"the address was corrected", "express", "voucher used", "partial refund", "waits for stock", "checked by the warehouse",
	}
	chinese = []rune("已发货等待付款客户地址更正仓库库存不足订单完成取消快递送达签收备注电话联系加急处理部分退款发票开具系统错误重试成功失败时间数量价格")
)

// message returns the type and the data of the nth message: JSON of about 190 bytes
// with the values that events have.
func message(r *rand.Rand, n int) (typ, data string) {
	state := states[r.IntN(len(states))]
	if n%1000 == 500 {
		state = uncommonWord
	}
	note := notes[r.IntN(len(notes))]
	if r.IntN(8) == 0 {
		var b strings.Builder
		for range 4 + r.IntN(10) {
			b.WriteRune(chinese[r.IntN(len(chinese))])
		}
		note = b.String()
	}
	switch {
	case n%100_000 == 50_000:
		note += " " + rareWord
	case n%50_000 == 12_345:
		note += rareChinese
	}
	return types[r.IntN(len(types))], fmt.Sprintf(`{"order":%d,"customer":"%s","city":"%s","total":%d.%02d,"state":"%s","trace":"%016x","lines":[{"sku":"%c-%04d","count":%d}],"note":"%s","at":%d}`,
		70_000_000+n, customers[r.IntN(len(customers))], cities[r.IntN(len(cities))], r.IntN(500), r.IntN(100), state, r.Uint64(),
		'A'+rune(r.IntN(6)), r.IntN(3000), 1+r.IntN(9), note, 1_795_000_000_000+int64(n)*7)
}
