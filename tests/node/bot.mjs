// A stock discord.js bot that keeps everything it can keep; the address is its public option.
// Usage: node bot.mjs API TOKEN; see talk.mjs for what it reads and writes.
import { Client, Events, GatewayIntentBits, Partials } from "discord.js";
import { acts } from "./acts.mjs";
import { answer } from "./commands.mjs";
import { obey, tell, tellTheLog } from "./talk.mjs";

const [api, token] = process.argv.slice(2);
const everything = Object.values(GatewayIntentBits).filter((value) => typeof value === "number");
const client = new Client({
  intents: everything,
  partials: [Partials.Channel, Partials.Message, Partials.Reaction, Partials.GuildMember, Partials.User],
  rest: { api: api.replace(/\/v10$/, "") },
});

tellTheLog(client);
client.on(Events.ClientReady, () => tell({ event: "ready", user: client.user.tag }));
client.on(Events.ShardResume, () => tell({ event: "resumed" }));
client.on(Events.ShardReady, () => tell({ event: "identified" }));
client.rest.on("rateLimited", () => tell({ event: "rate limited" }));
answer(client);

await client.login(token);
await obey(acts(client));
await client.destroy();
process.exit(0);
