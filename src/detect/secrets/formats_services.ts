// Tokens of further services that give them a form of their own; see formats.ts.
// Sources: the services' documentation of their token formats.

import { family, type TokenFormat } from "./format.ts";

const MANY = 4096;

/** Forms of services that are met less often. */
export const SERVICES: readonly TokenFormat[] = [
  ...family(
    "twilio_key",
    "a Twilio API key",
    [..."0123456789abcdef"].map((digit) => `SK${digit}`),
    "hex",
    [31, 31],
  ),
  ...family("heroku_key", "a Heroku key", ["HRKU-"], "word", [36, 70], { digit: true }),
  ...family("fly_token", "a Fly.io token", ["fm1r_", "fm1a_", "fm2_"], "base64", [60, MANY], {
    digit: true,
  }),
  ...family("dropbox_token", "a Dropbox token", ["sl."], "word", [130, MANY], { digit: true }),
  ...family("pinecone_key", "a Pinecone key", ["pcsk_"], "word", [60, 90], { digit: true }),
  ...family("adafruit_key", "an Adafruit IO key", ["aio_"], "alnum", [28, 28], { digit: true }),
  ...family("easypost_key", "an EasyPost key", ["EZAK", "EZTK"], "alnum", [54, 54]),
  ...family(
    "flutterwave_key",
    "a Flutterwave key",
    ["FLWSECK-", "FLWSECK_TEST-", "FLWPUBK-", "FLWPUBK_TEST-"],
    "word",
    [32, 60],
    { digit: true },
  ),
  ...family("razorpay_key", "a Razorpay key id", ["rzp_live_", "rzp_test_"], "alnum", [14, 14]),
  ...family("nuget_key", "a NuGet key", ["oy2"], "alnum", [43, 43], { digit: true }),
  ...family("datadog_token", "a Datadog token", ["ddp_", "ddapp_", "ddpat_"], "alnum", [30, 80], {
    digit: true,
  }),
  ...family("vercel_token", "a Vercel token", ["vcp_", "vci_", "vca_", "vcr_", "vck_"], "alnum", [
    24,
    80,
  ], { digit: true }),
  ...family("clojars_token", "a Clojars token", ["CLOJARS_"], "alnum", [60, 60]),
  ...family("brevo_key", "a Brevo key", ["xkeysib-", "xsmtpsib-"], "word", [64, 100], {
    digit: true,
  }),
  ...family("prefect_key", "a Prefect key", ["pnu_", "pnb_"], "alnum", [36, 36], { digit: true }),
  ...family("scalingo_token", "a Scalingo token", ["tk-us-"], "word", [48, 48], { digit: true }),
  ...family("shippo_token", "a Shippo token", ["shippo_live_", "shippo_test_"], "hex", [40, 40]),
  ...family("duffel_token", "a Duffel token", ["duffel_live_", "duffel_test_"], "base64", [43, 44]),
  ...family("infracost_key", "an Infracost key", ["ico-"], "alnum", [32, 32], { digit: true }),
  ...family("readme_key", "a ReadMe key", ["rdme_"], "alnum", [70, 70]),
  ...family(
    "settlemint_token",
    "a SettleMint token",
    ["sm_pat_", "sm_aat_", "sm_sat_"],
    "alnum",
    [16, 16],
  ),
  ...family("yandex_key", "a Yandex Cloud key", ["AQVN"], "word", [35, 38], { digit: true }),
  ...family("octopus_key", "an Octopus Deploy key", ["API-"], "upper", [26, 26], { digit: true }),
  ...family("openshift_token", "an OpenShift token", ["sha256~"], "word", [43, 43], {
    digit: true,
  }),
  ...family("dynatrace_token", "a Dynatrace token", ["dt0c01.", "dt0s01.", "dt0s16."], "dotted", [
    80,
    100,
  ], { holds: "." }),
  ...family("alibaba_key", "an Alibaba Cloud key id", ["LTAI"], "alnum", [16, 26], {
    digit: true,
  }),
];
