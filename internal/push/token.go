package push

// ValidToken tells whether a token has the form of its platform: the APNs device token in hexadecimal, the FCM
// registration token, or the Web Push subscription as JSON with an https endpoint and usable keys. Check it when a
// device is registered; Send refuses malformed ones and never calls them dead.
func ValidToken(p Platform, token string) bool {
	switch p {
	case IOS:
		return validAPNsToken(token)
	case Android:
		return validFCMToken(token)
	case Web:
		_, err := parseSubscription(token)
		return err == nil
	default:
		return false
	}
}
