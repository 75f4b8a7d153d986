// The discord.js bot's commands, built with the library's own builders.
import {
  ActionRowBuilder, ApplicationCommandType, ButtonBuilder, ButtonStyle, ChannelSelectMenuBuilder,
  ChannelType, ContextMenuCommandBuilder, Events, LabelBuilder, MentionableSelectMenuBuilder, MessageFlags, ModalBuilder,
  RoleSelectMenuBuilder, SlashCommandBuilder, StringSelectMenuBuilder, TextInputBuilder, TextInputStyle,
  UserSelectMenuBuilder,
} from "discord.js";
import { tell } from "./talk.mjs";

const named = (name) => (option) => option.setName(name).setDescription(`The ${name}`).setRequired(true);

const look = new SlashCommandBuilder()
  .setName("look")
  .setDescription("Look at every kind of option")
  .addStringOption((option) => named("text")(option).setAutocomplete(true))
  .addIntegerOption(named("count"))
  .addBooleanOption(named("yes"))
  .addUserOption(named("who"))
  .addChannelOption(named("where"))
  .addRoleOption(named("rank"))
  .addMentionableOption(named("thing"))
  .addNumberOption(named("share"))
  .addAttachmentOption((option) => option.setName("paper").setDescription("The paper"));
const plain = ["later", "hidden", "ask", "choose", "panel", "places"].map((name) =>
  new SlashCommandBuilder().setName(name).setDescription(`Do ${name}`),
);
const greet = new ContextMenuCommandBuilder().setName("Greet").setType(ApplicationCommandType.User);
const quote = new ContextMenuCommandBuilder().setName("Quote").setType(ApplicationCommandType.Message);

export const all = [look, ...plain, greet, quote];

const nameOf = (thing) => thing.displayName ?? thing.name;
const row = (...parts) => new ActionRowBuilder().addComponents(...parts);

async function seen(asked) {
  const { options } = asked;
  const who = options.getMember("who");
  const where = options.getChannel("where");
  const rank = options.getRole("rank");
  const thing = options.getMentionable("thing");
  const paper = options.getAttachment("paper");
  const facts = {
    by: asked.user.id,
    locale: asked.locale,
    guild: asked.guildId,
    text: options.getString("text"),
    count: options.getInteger("count"),
    yes: options.getBoolean("yes"),
    who: {
      id: who.id,
      name: who.displayName,
      roles: who.roles.cache.filter((role) => role.id !== asked.guildId).map((role) => role.id).sort(),
    },
    where: { id: where.id, name: where.name, type: where.type },
    rank: { id: rank.id, name: rank.name },
    thing: { id: thing.id, name: nameOf(thing) },
    share: options.getNumber("share"),
  };
  if (paper) {
    const text = await (await fetch(paper.url)).text();
    facts.paper = { filename: paper.name, size: paper.size, text };
  }
  return JSON.stringify(facts);
}

function panel() {
  const words = ["red", "green", "blue"].map((value) => ({ label: value.toUpperCase(), value }));
  return {
    content: "Choose",
    components: [
      row(
        new ButtonBuilder().setLabel("Again").setCustomId("again").setStyle(ButtonStyle.Primary).setEmoji("🎁"),
        new ButtonBuilder().setLabel("Quiet").setCustomId("quiet").setStyle(ButtonStyle.Secondary),
        new ButtonBuilder().setLabel("Rules").setURL("https://example.org/rules").setStyle(ButtonStyle.Link),
      ),
      row(new StringSelectMenuBuilder().setCustomId("words").setMaxValues(2).addOptions(words)),
      row(new UserSelectMenuBuilder().setCustomId("people").setMaxValues(3)),
      row(new RoleSelectMenuBuilder().setCustomId("ranks")),
      row(new MentionableSelectMenuBuilder().setCustomId("things").setMaxValues(5)),
    ],
  };
}

const places = () => ({
  content: "Where?",
  components: [row(new ChannelSelectMenuBuilder().setCustomId("places").addChannelTypes(ChannelType.GuildText))],
});

const question = () =>
  new ModalBuilder()
    .setCustomId("question")
    .setTitle("A question")
    .addComponents(
      row(new TextInputBuilder().setCustomId("name").setLabel("Name").setStyle(TextInputStyle.Short)),
      row(
        new TextInputBuilder().setCustomId("about").setLabel("About").setStyle(TextInputStyle.Paragraph)
          .setRequired(false),
      ),
    );

const choice = () =>
  new ModalBuilder()
    .setCustomId("choice")
    .setTitle("A choice")
    .addLabelComponents(
      new LabelBuilder().setLabel("Colour").setStringSelectMenuComponent(
        new StringSelectMenuBuilder().setCustomId("colour").addOptions({ label: "Red", value: "red" }),
      ),
      new LabelBuilder().setLabel("Who").setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId("who")),
    );

const modals = {
  question: ({ fields }) => ({
    name: fields.getTextInputValue("name"),
    about: fields.getTextInputValue("about"),
  }),
  choice: ({ fields }) => ({
    colour: fields.getStringSelectValues("colour"),
    who: fields.getSelectedMembers("who").map((member) => member.displayName),
  }),
};

async function later(asked) {
  await asked.deferReply();
  await asked.editReply("Thought about it");
  const followUp = await asked.followUp("A follow-up");
  await asked.webhook.editMessage(followUp, { content: "A follow-up, edited" });
  await asked.followUp({ content: "For your eyes only", flags: MessageFlags.Ephemeral });
  const gone = await asked.followUp("Soon gone");
  await asked.deleteReply(gone);
  const original = await asked.fetchReply();
  tell({ event: "later is done", content: original.content });
}

async function hidden(asked) {
  await asked.reply({ content: "Soon gone", flags: MessageFlags.Ephemeral });
  await asked.deleteReply();
  tell({ event: "hidden is done" });
}

const commands = {
  look: async (asked) => asked.reply(await seen(asked)),
  later,
  hidden,
  ask: (asked) => asked.showModal(question()),
  choose: (asked) => asked.showModal(choice()),
  panel: (asked) => asked.reply(panel()),
  places: (asked) => asked.reply(places()),
  Greet: (asked) => asked.reply(`Hello ${asked.targetMember.displayName}, says ${asked.member.displayName}`),
  Quote: (asked) => asked.reply(`${nameOf(asked.targetMessage.member ?? asked.targetMessage.author)} said: ` +
    asked.targetMessage.content),
};

const sayChosen = (asked, things) =>
  asked.reply({ content: JSON.stringify(things.map(nameOf).sort()), flags: MessageFlags.Ephemeral });

const components = {
  again: (asked) => asked.update(`Pressed by ${asked.member.displayName}`),
  quiet: async (asked) => {
    await asked.deferUpdate();
    await asked.editReply("Quietly changed");
  },
  words: (asked) => sayChosen(asked, asked.values.map((name) => ({ name }))),
  people: (asked) => sayChosen(asked, [...asked.members.values()]),
  ranks: (asked) => sayChosen(asked, [...asked.roles.values()]),
  things: (asked) => sayChosen(asked, [...asked.members.values(), ...asked.roles.values()]),
  places: (asked) => sayChosen(asked, [...asked.channels.values()]),
};

export function answer(client) {
  client.on(Events.InteractionCreate, async (asked) => {
    if (asked.isAutocomplete()) {
      const typed = asked.options.getFocused();
      await asked.respond([{ name: `${typed}!`, value: typed }, { name: `${typed}?`, value: `${typed}-` }]);
    } else if (asked.isCommand()) await commands[asked.commandName](asked);
    else if (asked.isModalSubmit()) {
      const values = modals[asked.customId](asked);
      await asked.reply({ content: JSON.stringify(values), flags: MessageFlags.Ephemeral });
    } else await components[asked.customId](asked);
  });
}
