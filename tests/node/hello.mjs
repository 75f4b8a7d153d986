// A stock discord.js: logs in, sees the guild, says hello, and repeats what a member says. One JSON line per fact.
// Usage: node hello.mjs API TOKEN CHANNEL
import { Client, Events, GatewayIntentBits } from "discord.js";

const [api, token, channelId] = process.argv.slice(2);
const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;
const client = new Client({ intents: [Guilds, GuildMessages, MessageContent], rest: { api } });
const tell = (fact) => console.log(JSON.stringify(fact));

client.on(Events.ClientReady, async () => {
  const guild = client.guilds.cache.first();
  tell({
    ready: client.user.tag,
    guild: guild.name,
    members: guild.memberCount,
    roles: guild.roles.cache.map((role) => role.name).sort(),
    channels: guild.channels.cache.map((channel) => channel.name).sort(),
  });
  const channel = await client.channels.fetch(channelId);
  const message = await channel.send({ content: "Hello from discord.js", embeds: [{ title: "An embed" }] });
  tell({ sent: message.id });
});

client.on(Events.MessageCreate, async (message) => {
  if (message.author.bot) return;
  tell({ heard: message.content, from: message.member.displayName });
  await message.reply(`You said: ${message.content}`);
  tell({ bye: true });
  await client.destroy();
});


await client.login(token);
