// What a test can tell the discord.js bot to do.
import * as commands from "./commands.mjs";
import { guildActs } from "./guild_acts.mjs";
import { houseActs } from "./house_acts.mjs";
import * as says from "./says.mjs";
import { threadActs } from "./thread_acts.mjs";

export const acts = (client) => ({
  ...guildActs(client),
  ...threadActs(client),
  ...houseActs(client),

  // Everything in the cache.
  async dump(step) {
    const messages = client.channels.cache.flatMap((channel) => channel.messages?.cache ?? new Map());
    const guild = client.guilds.cache.get(step.guild);
    return {
      guild: says.guild(guild),
      messages: says.messages(messages.values()),
      activities: says.activities(guild),
    };
  },

  // Tell Discord which commands there are.
  async declare() {
    const set = await client.application.commands.set(commands.all);
    return { commands: set.map((command) => command.name).sort() };
  },

  // Write a message.
  async say(step) {
    const channel = await client.channels.fetch(step.channel);
    return { id: (await channel.send(step.content)).id };
  },

  // Write, edit, reply, react, delete; what the answers say.
  async talk(step) {
    const channel = await client.channels.fetch(step.channel);
    const embed = { title: "Prize", description: "A *pie*", color: 0x0c6a60, url: "https://example.org/" };
    const first = await channel.send({ content: "Hello", embeds: [embed] });
    const reply = await first.reply(`An answer for <@${step.user}>`);
    await first.edit("Hello again");
    await first.react("👋");
    const gift = await first.react("🎁");
    await gift.users.remove(client.user);
    const gone = await channel.send("Soon gone");
    await gone.delete();
    const found = [];
    for (const { id } of [first, reply]) found.push(await channel.messages.fetch({ message: id, force: true }));
    return { messages: says.messages(found), gone: gone.id };
  },
});
