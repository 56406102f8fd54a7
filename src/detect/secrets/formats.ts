// Tokens that providers give a form of their own: a prefix, an alphabet, a length, and a checksum where they have one.
// Sources: the providers' documentation of their token formats.

import { family, type TokenFormat } from "./format.ts";
import { SERVICES } from "./formats_services.ts";

const MANY = 4096;

/** Every form that is known. */
export const FORMATS: readonly TokenFormat[] = [
  ...family(
    "aws_access_key",
    "an AWS access key id",
    ["AKIA", "ASIA", "ABIA", "ACCA", "AGPA", "AIDA", "AROA", "ANPA", "ANVA", "AIPA"],
    "upper",
    [16, 16],
  ),
  ...family("aws_access_key", "an AWS access key id", ["A3T"], "upper", [17, 17]),
  ...family("aws_bedrock", "an AWS Bedrock key", ["ABSK", "bedrock-api-key-"], "base64", [
    80,
    MANY,
  ], { digit: true }),
  ...family(
    "github_token",
    "a GitHub token",
    ["ghp_", "gho_", "ghu_", "ghs_"],
    "alnum",
    [36, 36],
    { checksum: true },
  ),
  ...family("github_token", "a GitHub token", ["ghr_"], "alnum", [36, 76]),
  ...family("github_token", "a GitHub token", ["ghs_"], "dotted", [60, MANY], { holds: "eyJ" }),
  ...family("github_token", "a GitHub token", ["github_pat_"], "word", [60, 255]),
  ...family(
    "gitlab_token",
    "a GitLab token",
    [
      ...["glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "glimt-", "glagent-", "gloas-"],
      ...["glptt-", "glcbt-", "glffct-", "GR1348941"],
    ],
    "dotted",
    [14, 300],
  ),
  ...family(
    "slack_token",
    "a Slack token",
    [
      ...["xoxb-", "xoxp-", "xoxa-", "xoxo-", "xoxs-", "xoxr-", "xoxe-", "xoxe.", "xoxc-", "xoxd-"],
      "xapp-",
    ],
    "dotted",
    [10, 500],
    { digit: true },
  ),
  ...family(
    "stripe_key",
    "a Stripe or Paystack key",
    ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "pk_live_", "sk_org_", "whsec_"],
    "alnum",
    [10, 250],
    { digit: true },
  ),
  ...family("stripe_key", "a Stripe key", ["sk_live_", "rk_live_"], "alnum", [10, 250]),
  ...family("anthropic_key", "an Anthropic key", ["sk-ant-"], "word", [24, 300]),
  ...family(
    "openai_key",
    "an OpenAI key",
    [
      ...["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"],
    ],
    "word",
    [20, 300],
    { digit: true },
  ),
  ...family("openai_key", "an OpenAI key", ["sk-"], "word", [32, 300], { digit: true }),
  ...family("openrouter_key", "an OpenRouter key", ["sk-or-"], "word", [32, 300]),
  ...family("google_api_key", "a Google API key", ["AIza"], "word", [35, 35]),
  ...family("google_oauth", "a Google OAuth token", ["ya29."], "word", [20, MANY]),
  ...family("google_oauth", "a Google OAuth client secret", ["GOCSPX-"], "word", [24, 40]),
  ...family("npm_token", "an npm token", ["npm_"], "alnum", [36, 36], {
    checksum: true,
  }),
  ...family("pypi_token", "a PyPI token", ["pypi-Ag"], "word", [50, MANY]),
  ...family("rubygems_key", "a RubyGems key", ["rubygems_"], "hex", [48, 48]),
  ...family("crates_token", "a crates.io token", ["cio"], "alnum", [32, 32], { digit: true }),
  ...family("docker_token", "a Docker Hub token", ["dckr_pat_", "dckr_oat_"], "word", [20, 60]),
  ...family(
    "digitalocean_token",
    "a DigitalOcean token",
    ["dop_v1_", "doo_v1_", "dor_v1_"],
    "hex",
    [64, 64],
  ),
  ...family("huggingface_token", "a Hugging Face token", ["hf_", "api_org_"], "alnum", [30, 40]),
  ...family("sendgrid_key", "a SendGrid key", ["SG."], "dotted", [40, 80], { holds: "." }),
  ...family("mailgun_key", "a Mailgun key", ["key-"], "hex", [32, 32]),
  ...family("mailchimp_key", "a Mailchimp key", ["md-"], "word", [22, 22], { digit: true }),
  ...family(
    "shopify_token",
    "a Shopify token",
    [
      ...["shpat_", "shpca_", "shppa_", "shpss_", "shptka_"],
    ],
    "hex",
    [32, 32],
  ),
  ...family("square_token", "a Square token", ["sq0atp-", "sq0csp-", "sq0idp-"], "word", [
    22,
    60,
  ]),
  ...family("square_token", "a Square token", ["EAAA"], "word", [56, 64], { digit: true }),
  ...family("facebook_token", "a Facebook token", ["EAACEdEose0cBA", "EAAM", "EAAC"], "alnum", [
    40,
    500,
  ], { digit: true }),
  ...family("databricks_token", "a Databricks token", ["dapi"], "hex", [32, 32]),
  ...family("databricks_token", "a Databricks token", ["dapi"], "dotted", [32, 40], {
    digit: true,
  }),
  ...family("vault_token", "a HashiCorp Vault token", ["hvs.", "hvb.", "hvr."], "word", [
    24,
    300,
  ]),
  ...family("vault_token", "a HashiCorp Vault token", ["s.C", "s.Z"], "word", [23, 120], {
    digit: true,
  }),
  ...family("terraform_token", "a Terraform Cloud token", ["atlasv1."], "word", [60, 80]),
  ...family(
    "doppler_token",
    "a Doppler token",
    [
      ...["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
    ],
    "dotted",
    [40, 80],
  ),
  ...family("age_key", "an age identity", ["AGE-SECRET-KEY-1"], "upper", [58, 58]),
  ...family(
    "newrelic_key",
    "a New Relic key",
    [
      ...["NRAK-", "NRAA-", "NRIQ-", "NRII-", "NRBR-", "NRJS-", "NRRA-"],
    ],
    "word",
    [19, 60],
  ),
  ...family("grafana_token", "a Grafana token", ["glsa_", "glc_"], "base64", [32, 500], {
    digit: true,
  }),
  ...family("postman_key", "a Postman key", ["PMAK-"], "word", [34, 70]),
  ...family("linear_key", "a Linear key", ["lin_api_", "lin_oauth_"], "alnum", [32, 80]),
  ...family("figma_token", "a Figma token", ["figd_", "figdr_", "figo_"], "word", [38, 60]),
  ...family("atlassian_token", "an Atlassian token", ["ATATT3xFf", "ATCTT3xFf"], "base64", [
    50,
    300,
  ]),
  ...family("bitbucket_password", "a Bitbucket app password", ["ATBB"], "alnum", [28, 40], {
    digit: true,
  }),
  ...family("notion_token", "a Notion token", ["ntn_", "secret_"], "alnum", [40, 60], {
    digit: true,
  }),
  ...family("airtable_token", "an Airtable token", ["pat"], "dotted", [70, 90], { holds: "." }),
  ...family(
    "planetscale_token",
    "a PlanetScale token",
    [
      ...["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
    ],
    "dotted",
    [30, 70],
  ),
  ...family("groq_key", "a Groq key", ["gsk_"], "alnum", [40, 60]),
  ...family("xai_key", "an xAI key", ["xai-"], "alnum", [70, 90]),
  ...family("perplexity_key", "a Perplexity key", ["pplx-"], "alnum", [40, 60]),
  ...family("replicate_token", "a Replicate token", ["r8_"], "word", [36, 50]),
  ...family("elevenlabs_key", "an ElevenLabs key", ["sk_"], "hex", [48, 48]),
  ...family("fireworks_key", "a Fireworks key", ["fw_"], "alnum", [22, 30], { digit: true }),
  ...family("firecrawl_key", "a Firecrawl key", ["fc-"], "hex", [32, 32]),
  ...family("jina_key", "a Jina key", ["jina_"], "word", [50, 70]),
  ...family("langsmith_key", "a LangSmith key", ["lsv2_pt_", "lsv2_sk_"], "word", [30, 60]),
  ...family("tavily_key", "a Tavily key", ["tvly-"], "word", [24, 60], { digit: true }),
  ...family("cloudflare_token", "a Cloudflare token", ["cfat_", "cfut_", "cfk_", "v1.0-"], "word", [
    30,
    200,
  ], { digit: true }),
  ...family("tailscale_key", "a Tailscale key", ["tskey-"], "word", [16, 80]),
  ...family("supabase_token", "a Supabase token", ["sbp_", "sb_secret_"], "word", [30, 60], {
    digit: true,
  }),
  ...family("sentry_token", "a Sentry token", ["sntryu_", "sntrys_", "sntryi_"], "base64", [
    40,
    500,
  ]),
  ...family("sonar_token", "a SonarQube token", ["squ_", "sqp_", "sqa_"], "hex", [40, 40]),
  ...family("sourcegraph_token", "a Sourcegraph token", ["sgp_", "sgp_local_"], "word", [40, 70], {
    digit: true,
  }),
  ...family("segment_token", "a Segment token", ["sgp_"], "alnum", [64, 64]),
  ...family("onepassword_token", "a 1Password token", ["ops_eyJ"], "base64", [100, MANY]),
  ...family("artifactory_key", "an Artifactory key", ["AKCp", "cmVmdGtu"], "alnum", [56, 90], {
    digit: true,
  }),
  ...family("contentful_token", "a Contentful token", ["CFPAT-"], "word", [40, 80]),
  ...family("buildkite_token", "a Buildkite token", ["bkua_", "bkaj_"], "alnum", [40, 60]),
  ...family("circleci_token", "a CircleCI token", ["CCIPAT_", "CCIPRJ_"], "word", [40, 80]),
  ...family("pulumi_token", "a Pulumi token", ["pul-"], "hex", [40, 40]),
  ...family("netlify_token", "a Netlify token", ["nfp_", "nfo_", "nfc_"], "alnum", [36, 50]),
  ...family("render_key", "a Render key", ["rnd_"], "alnum", [28, 40], { digit: true }),
  ...family("fly_token", "a Fly.io token", ["fo1_", "FlyV1"], "dotted", [40, MANY], {
    digit: true,
  }),
  ...family("mongodb_token", "a MongoDB Atlas secret", ["mdb_sa_sk_"], "word", [30, 60]),
  ...family("rapyd_key", "a payment provider's key", ["rak_", "rsk_", "api_key_"], "hex", [32, 80]),
  ...family("discord_webhook", "a Discord webhook", ["discord.com/api/webhooks/"], "dotted", [
    60,
    120,
  ], { holds: "/" }),
  ...family("discord_webhook", "a Discord webhook", ["discordapp.com/api/webhooks/"], "dotted", [
    60,
    120,
  ], { holds: "/" }),
  ...family("slack_webhook", "a Slack webhook", ["hooks.slack.com/services/"], "dotted", [
    24,
    90,
  ], { holds: "/" }),
  ...family("slack_webhook", "a Slack webhook", ["hooks.slack.com/workflows/"], "dotted", [
    24,
    120,
  ], { holds: "/" }),
  ...family(
    "teams_webhook",
    "a Microsoft Teams webhook",
    ["outlook.office.com/webhook/"],
    "dotted",
    [
      60,
      300,
    ],
  ),
  ...family(
    "teams_webhook",
    "a Microsoft Teams webhook",
    ["webhook.office.com/webhookb2/"],
    "dotted",
    [60, 300],
  ),
  ...family("zapier_webhook", "a Zapier webhook", ["hooks.zapier.com/hooks/catch/"], "dotted", [
    12,
    60,
  ], { digit: true }),
  ...family("particle_key", "a PubNub key", ["pub-c-", "sub-c-", "sec-c-"], "word", [36, 60]),
  ...family("pixie_key", "a Pixie key", ["px-api-", "px-dep-"], "uuid", [36, 36]),
  ...family("stackhawk_key", "a StackHawk key", ["hawk."], "dotted", [40, 60], { digit: true }),
  ...family("intra42_secret", "an Intra42 secret", ["s-s4t2ud-", "s-s4t2af-"], "hex", [64, 64]),
  ...family("frameio_token", "a Frame.io token", ["fio-u-"], "word", [40, 90]),
  ...family("voiceflow_key", "a Voiceflow key", ["VF.DM.", "VF.WS."], "dotted", [30, 60]),
  ...family("ionic_token", "an Ionic token", ["ion_"], "alnum", [40, 50]),
  ...family("dfuse_key", "a dfuse key", ["web_", "server_"], "hex", [32, 32]),
  ...family("typeform_token", "a Typeform token", ["tfp_"], "word", [36, 70], { digit: true }),
  ...family("zoho_token", "a Zoho token", ["1000."], "dotted", [65, 65], { holds: "." }),
  ...family("teamwork_token", "a Teamwork token", ["tkn.v1_"], "base64", [40, 100]),
  ...family("fullstory_key", "a FullStory key", ["na1."], "base64", [80, 140]),
  ...family("adobe_secret", "an Adobe secret", ["p8e-"], "word", [32, 32]),
  ...family("nightfall_key", "a Nightfall key", ["NF-"], "alnum", [32, 32], { digit: true }),
  ...family("mapbox_token", "a Mapbox token", ["sk.eyJ", "pk.eyJ", "tk.eyJ"], "dotted", [60, 400], {
    holds: ".",
  }),
  ...SERVICES,
];
