const zh = {
  title: "写给居民：这是什么",
  lead: "这里用来安排下一步先去哪里帮忙。它看的是地方和尚未得到满足的需要，不看任何人。",
  sections: [
    {
      title: "它是什么",
      points: [
        "社区、镇街的纠纷、热线、隐患等记录，本来就由各部门登记。系统按网格数一数：哪里的事情积得久、回得慢、隐患没有修好。",
        "由此估计今后几周哪里较可能有人受到伤害，好让调解、法律援助、隐患整改、心理疏导先到那里。",
        "去不去、做什么，由人决定。系统只提出建议，并写明理由。",
      ],
    },
    {
      title: "它不是什么",
      points: [
        "不给任何人打分、排名、画像，也不保存姓名、证件号、电话或住址。",
        "不是突发事件预警，也不说明哪里“不好”。颜色只表示这周先去哪里。",
        "不得据此登记、约谈、劝返、稳控任何人，不得作为处罚或考核的依据。",
        "信访、投诉、起诉是您的权利：提意见的人多，不会使一个地方的等级变高；答复晚了，只会使答复更受重视。",
      ],
    },
    {
      title: "有疑问找谁",
      points: [
        "先问您所在的村（社区）居委会，或镇街综治中心：他们可以说明您那里为什么被列入，也可以更正登错的情况。",
        "需要调解、法律援助或其他帮助：到镇街综治中心，或拨打 12345。遇到危险请拨打 110、119、120。",
        "认为记录有误，或这些信息被用在了别处：请向镇街综治中心提出，须有人答复。",
      ],
    },
  ],
  figures: "本页不显示任何地方的数字。",
};

const en: typeof zh = {
  title: "For residents: what this is",
  lead: "It helps to decide where help should go next. It looks at places and at needs that are not met, and at no person.",
  sections: [
    {
      title: "What it is",
      points: [
        "Disputes, calls to the hotline, hazards and the like are registered by departments anyway. The system counts them by grid: where things have waited long, were answered late, or are not repaired.",
        "From that it estimates where somebody may come to harm in the coming weeks, so that mediation, legal aid, repair of hazards and counselling go there first.",
        "People decide whether to go, and what to do. The system proposes, and says why.",
      ],
    },
    {
      title: "What it is not",
      points: [
        "It scores, ranks and profiles nobody. It keeps no names, numbers of documents, telephones or addresses.",
        "It is no public warning, and does not say that a place is bad. Colours say where to go first this week.",
        "Nobody may be registered, summoned, turned back or controlled because of it, and it is no ground for punishment or assessment.",
        "To petition, to complain and to sue is your right: that more people raise a matter makes no level higher. A late answer makes the answer more urgent, and nothing else.",
      ],
    },
    {
      title: "Whom to ask",
      points: [
        "First your residents' or villagers' committee, or the governance centre of your town: they can say why your place is listed, and put right what was recorded wrongly.",
        "For mediation, legal aid or other help: the governance centre of your town, or 12345. In danger call 110, 119 or 120.",
        "If a record is wrong, or this was used for anything else: tell the governance centre of your town. Somebody has to answer you.",
      ],
    },
  ],
  figures: "No figure of any place is shown on this page.",
};

export const own = { zh, en };
