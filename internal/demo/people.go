package demo

import "styleshare/internal/demo/sketch"

const (
	seoul = "Asia/Seoul"
	fair  = 0xf7d9c4
	light = 0xf3cdb1
	warm  = 0xe8b995
	tan   = 0xd9a37c
	brown = 0x9c6a48
	deep  = 0x6f4630

	inkHair   = 0x2b2024
	cocoa     = 0x4a3430
	chestnut  = 0x6b4433
	caramel   = 0x8a5a3c
	sandHair  = 0xb9936a
	ashHair   = 0x77706e
	auburn    = 0x7d3f2d
	roseBlond = 0xc79a86
)

var people = []Person{
	person("minji", "민지", "매일 입은 옷 기록 👗 160cm / 성수동 어딘가", "ko", seoul, fair, inkHair, sketch.LongBangs, 0xe3b7a0, "skirts"),
	person("jisoo.k", "김지수", "미니멀하게 입는 걸 좋아해요. 문의는 댓글로!", "ko", seoul, light, cocoa, sketch.Bob, 0x9fb7c9, "skirts"),
	person("haneul_", "하늘", "하늘색 수집가 ☁️", "ko", seoul, fair, caramel, sketch.Wavy, 0xa9c7dd, "skirts"),
	person("doyun", "도윤", "182 / 와이드 팬츠만 입는 사람", "ko", seoul, warm, inkHair, sketch.Comma, 0xb9c79a, "broad"),
	person("emma.rose", "Emma Rose", "Thrift first. Vintage denim and big coats in London.", "en", "Europe/London", light, auburn, sketch.Wavy, 0xd9b08c, "skirts freckles"),
	person("yuna_closet", "유나의 옷장", "옷장 속 옷으로 한 달 살기 중", "ko", seoul, light, chestnut, sketch.Ponytail, 0xe7c36f, "skirts"),
	person("minho.fit", "민호", "주말엔 빈티지 가게 투어", "ko", seoul, tan, inkHair, sketch.Crop, 0x8fa58f, "broad"),
	person("noah.w", "Noah Williams", "Workwear, loafers, filter coffee.", "en", "America/New_York", brown, inkHair, sketch.Crop, 0xc98f6b, "broad"),
	person("seoyeon", "서연", "출근룩 기록장 📎 여의도 직장인", "ko", seoul, fair, cocoa, sketch.Long, 0xcdb9d8, "skirts"),
	person("mei.tan", "Mei Tan", "Dressing for 30 degrees in Singapore ☀️", "en", "Asia/Singapore", warm, inkHair, sketch.BobBangs, 0xe59f8a, "skirts glasses"),
	person("taeyang", "태양", "스트릿 & 아메카지 / 사진은 친구가", "ko", seoul, warm, ashHair, sketch.Bowl, 0x7f9bb5, "broad glasses"),
	person("sora_knits", "소라", "직접 뜬 니트를 입습니다 🧶", "ko", seoul, light, auburn, sketch.Bun, 0xd98f86, "skirts"),
	person("liam_oc", "Liam O'Connor", "Rain jackets are a personality. Dublin.", "en", "Europe/Dublin", fair, sandHair, sketch.Comma, 0x86a99a, "broad freckles"),
	person("eunbi.daily", "은비", "키 작은 사람의 데일리룩 (153cm)", "ko", seoul, fair, roseBlond, sketch.BobBangs, 0xf0b7bd, "skirts"),
	person("junseo", "준서", "대학생. 저렴하게 잘 입기", "ko", seoul, warm, inkHair, sketch.Bowl, 0xb5b0a0, "broad"),
	person("amara.j", "Amara Johnson", "Colour before comfort. Sometimes both.", "en", "America/Los_Angeles", deep, inkHair, sketch.Bun, 0xe3a34f, "skirts"),
	person("hyejin_", "혜진", "베이직한 옷을 오래 입어요. 코트 덕후", "ko", seoul, light, cocoa, sketch.Bob, 0xbfa98f, "skirts glasses"),
	person("ryan_park", "Ryan Park", "Seoul ↔ Toronto. Hoodies in both.", "en", "America/Toronto", tan, cocoa, sketch.Comma, 0x93a7c4, "broad"),
	person("dahye.studio", "다혜", "사진 찍고 옷 입고 🎞️ 부산", "ko", seoul, tan, inkHair, sketch.Long, 0x84b3ad, "skirts"),
	person("woojin.v", "우진", "빈티지 안경과 카디건", "ko", seoul, light, chestnut, sketch.Comma, 0xc7a5a0, "broad glasses"),
}

func person(username, name, bio, locale, zone string, skin, hair uint32, cut sketch.HairKind, backdrop uint32, traits string) Person {
	p := Person{
		Username: username, DisplayName: name, Bio: bio, Locale: locale, TimeZone: zone, backdrop: sketch.Hex(backdrop),
		look: sketch.Look{Skin: sketch.Hex(skin), Hair: sketch.Hex(hair), Cut: cut},
	}
	for _, t := range words(traits) {
		switch t {
		case "skirts":
			p.skirts = true
		case "broad":
			p.look.Broad = true
		case "glasses":
			p.look.Glasses = true
		case "freckles":
			p.look.Freckles = true
		}
	}
	return p
}
